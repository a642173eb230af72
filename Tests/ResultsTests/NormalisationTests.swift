import Foundation
import TestSupport
import Testing

@testable import Measurement
@testable import Results
@testable import Topology

@Suite struct NormalisationTests {
  /// A calibration of a machine `m1` in a folder of its own.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let calibration = MachineCalibration(
      format: 1, toolVersion: "1", time: "2026-01-01T00:00:00Z",
      machine: MachineFingerprint(fields: [.init(name: "cpu", value: "CPU")]),
      peaks: [
        .init(instructionSet: .avx512, threads: 1, gflops: 200, clockEstimate: 4),
        .init(instructionSet: .avx512, threads: 2, gflops: 400, clockEstimate: 3.5),
        .init(instructionSet: .avx2, threads: 2, gflops: 200, clockEstimate: 5),
      ],
      bandwidths: [
        .init(
          threads: 2,
          levels: [
            .init(name: "L1", bytesPerWorker: 1, load: 800, copy: 400),
            .init(name: "memory", bytesPerWorker: 1, load: 40, copy: 20),
          ])
      ], bandwidthInstructionSet: .avx512, barriers: [], noise: nil, validity: .valid)
    try calibration.json().write(
      toFile: folder.path + "/calibration-\(calibration.machine.id).json", atomically: true,
      encoding: .utf8)
    return folder
  }

  private func row(_ change: @escaping (inout RunIdentity) -> Void = { _ in }) -> MeasuredRow {
    let id = MachineFingerprint(fields: [.init(name: "cpu", value: "CPU")]).id
    return MeasuredRow(
      ComparisonFixture.network(
        .init(peak: 390) {
          $0.machineID = id
          change(&$0)
        }))
  }

  @Test func everyKindKnowsWhatARowHad() throws {
    let place = try folder()
    func capacity(
      _ kind: Normalisation.Kind, _ change: @escaping (inout RunIdentity) -> Void = { _ in }
    ) throws -> Double? {
      try Normalisation(kind, folders: [place.path]).capacity(row(change))
    }
    #expect(try capacity(.peak) == 390)
    #expect(try capacity(.core) == 2)
    #expect(try capacity(.core) { $0.smt = true } == 1)
    #expect(try capacity(.ghz) == 3.5)
    #expect(try capacity(.ghz) { $0.isa = "avx2" } == 5)
    #expect(try capacity(.gbs) == 40)
    // Another team's bandwidth is not this one's, another machine's neither.
    #expect(try capacity(.gbs) { $0.threads = 8 } == nil)
    #expect(try capacity(.ghz) { $0.machineID = "m2" } == nil)
  }

  @Test func twiceTheCoresInHalfTheTimeAreEqual() throws {
    var rules = ComparisonFixture.rules
    rules.per = try Normalisation(.core)
    rules.fields.removeAll { $0 == .threads }
    let one = ComparisonFixture.file("one.csv", [.init(ms: 20) { $0.threads = 1 }])
    let two = ComparisonFixture.file("two.csv", [.init(ms: 10, seed: 2) { $0.threads = 2 }])
    let comparison = try Comparison(baseline: one, file: two, rules: rules)
    #expect(comparison.rows[0].verdict == .equal)
    let text = ComparisonText.table(comparison)
    #expect(text.contains("A GFLOP/s/core") && text.contains("0.400"))
  }

  /// Nothing is divided by what nobody knows.
  @Test(arguments: [Normalisation.Kind.ghz, .gbs]) func whatIsUnknownIsSaid(
    _ kind: Normalisation.Kind
  ) throws {
    var rules = ComparisonFixture.rules
    rules.per = try Normalisation(kind, folders: ["/nowhere"])
    let files = ["a", "b"].map { ComparisonFixture.file($0, [.init { $0.machine = "x" }]) }
    for make in [
      { _ = try Comparison(baseline: files[0], file: files[1], rules: rules) },
      { _ = try ComparisonMatrix(files, across: .machine, rules: rules) },
    ] {
      let error = try #require(throws: ComparisonError.self) { try make() }
      #expect("\(error)".contains("calibration-ID.json"))
    }
  }
}
