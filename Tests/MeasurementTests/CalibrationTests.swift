import Foundation
import KernelLibrary
import Measurement
import Testing
import Topology
import Workers

@Suite(.serialized) struct CalibrationTests {
  /// What a measured speed is on any machine, however slow or busy.
  private func isSpeed(_ value: Double) -> Bool { value > 0 && value.isFinite }

  @Test func equalSamplesHaveNoNoise() throws {
    let floor = try #require(NoiseFloor(samples: [Double](repeating: 3, count: 20)))
    #expect(floor.interleaved == 0)
    #expect(floor.sequential == 0)
    #expect(floor.samples == 20)
  }

  @Test func driftIsNoiseBetweenSeriesButNotWithinTurns() throws {
    // The second half is 20 % slower: taken in turn, both series see both halves.
    let samples = (0..<40).map { $0 < 20 ? 1.0 : 1.2 }
    let floor = try #require(NoiseFloor(samples: samples))
    #expect(abs(floor.sequential - 0.2) < 1e-9)
    #expect(floor.interleaved < 0.01)
  }

  @Test(arguments: [[], [1, 2, 3], [Double](repeating: 0, count: 20)])
  func samplesThatCannotTellGiveNothing(_ samples: [Double]) {
    #expect(NoiseFloor(samples: samples) == nil)
  }

  @Test func measuresEveryPartAndReadsItBack() throws {
    let machine = try Machine.probe()
    let result = try MachineCalibration.measure(
      sets: Kernels.available, placement: .unbound(threads: 1), machine: machine, toolVersion: "t")
    #expect(result.peaks.map(\.instructionSet) == Kernels.available.map(\.instructionSet))
    #expect(result.peaks.allSatisfy { isSpeed($0.gflops) && isSpeed($0.clockEstimate) })
    let levels = try #require(result.bandwidths.first?.levels)
    #expect(levels.last?.name == "memory")
    #expect(levels.allSatisfy { isSpeed($0.load) && isSpeed($0.copy) })
    #expect(result.barriers.map(\.threads) == [1])
    #expect(result.noise != nil)
    let text = try result.json()
    let read = try JSONDecoder().decode(MachineCalibration.self, from: Data(text.utf8))
    #expect(read == result)
  }

  @Test func liesBesideTheStore() throws {
    let machine = try Machine.probe().fingerprint
    let path = MachineCalibration.path(besideStore: "/a/b/store.sqlite", machine: machine)
    #expect(path == "/a/b/calibration-\(machine.id).json")
  }

  @Test func everyTileIsTimed() throws {
    let kernels = Kernels.available[0]
    let results = TileBenchmark.measure(kernels: kernels)
    let expected = (1...4).flatMap { columns in
      (1...2).map { kernels.set.tilePixels(columns: columns, rows: $0, step: .blocked1) }
    }.reduce(0, +)
    #expect(results.count == expected)
    #expect(Set(results.map(\.name)).count == expected)
    #expect(results.allSatisfy { isSpeed($0.gflops) && isSpeed($0.shareOfPeak) })
  }
}
