import Foundation
import KernelLibrary
import Measurement
import TestSupport
import Testing
import Topology
import Workers

@testable import Tuning

@Suite(.serialized) struct ControlTests {
  private func comparisons(
    _ kind: Controls.Kind, _ called: Int, of count: Int
  ) -> [Controls.Comparison] {
    (0..<count).map {
      Controls.Comparison(
        kind: kind, isLoaded: false, seed: UInt64($0), isDifferent: $0 < called,
        isDetected: kind == .slowed && $0 < called, ratio: 1, rounds: 60, discarded: 0, seconds: 0)
    }
  }

  private func passes(_ kind: Controls.Kind, _ called: Int, of count: Int) -> Bool {
    ControlSummary(comparisons(kind, called, of: count), kind: kind, isLoaded: false).passes
  }

  @Test func manyComparisonsMustHoldTheBound() {
    #expect(passes(.same, 10, of: 200))
    #expect(!passes(.same, 11, of: 200))
    #expect(passes(.slowed, 180, of: 200))
    #expect(!passes(.slowed, 179, of: 200))
  }

  @Test func fewComparisonsMustNotContradictIt() {
    // 4 of 40 are 10 %, but 4 % can give that; 8 of 40 cannot come from 5 %.
    #expect(passes(.same, 4, of: 40))
    #expect(!passes(.same, 8, of: 40))
    #expect(passes(.slowed, 34, of: 40))
    #expect(!passes(.slowed, 28, of: 40))
  }

  @Test func aCallInTheWrongDirectionIsNoDetection() {
    var list = comparisons(.slowed, 200, of: 200)
    for index in 0..<40 { list[index].isDetected = false }
    #expect(!ControlSummary(list, kind: .slowed, isLoaded: false).passes)
    #expect(ControlSummary(list, kind: .slowed, isLoaded: true).count == 0)
  }

  /// Whatever the times are: what races find is for `scripts/check-controls`, on a quiet machine,
  /// and that the rule finds it for the races on simulated times.
  @Test(arguments: Controls.Kind.allCases, [1, 2] as [UInt64])
  func realRacesOfTheControlsEnd(_ kind: Controls.Kind, _ seed: UInt64) throws {
    let pool = WorkerPool(placement: .unbound(threads: 1))
    defer { pool.shutdown() }
    let controls = try Controls(
      kernels: .best, pool: pool, machine: try Machine.probe(), slowdown: 0.5)
    let comparison = try controls.compare(kind, isLoaded: false, seed: seed)
    #expect(comparison.kind == kind && comparison.seed == seed && !comparison.isLoaded)
    #expect(!comparison.isDetected || comparison.isDifferent)
    #expect(comparison.ratio > 0 && comparison.ratio.isFinite)
    #expect((0...60).contains(comparison.rounds))
  }

  @Test func theLogGrowsAndNamesBrokenLines() throws {
    let place = try TemporaryStore()
    let path = place.path + ".jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try ControlLog.read(path).isEmpty)
    let all = comparisons(.same, 1, of: 3)
    for comparison in all { try ControlLog.add(comparison, to: path) }
    #expect(try ControlLog.read(path) == all)
    let file = try #require(FileHandle(forWritingAtPath: path))
    file.seekToEndOfFile()
    file.write(Data("{\"kind\":\n".utf8))
    try file.close()
    #expect {
      try ControlLog.read(path)
    } throws: {
      "\($0)".contains(":4: is no comparison")
    }
  }
}
