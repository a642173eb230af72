import Foundation
import TestSupport
import Testing

@testable import Results

@Suite struct NamedBaselineTests {
  typealias Options = ComparisonFixture.Options

  @Test func aNetworkHasAThresholdOfItsOwn() throws {
    let folder = try TemporaryFolder()
    let baseline = try NamedBaseline("ci", folder: folder.file("baselines"))
    let rows = ["a", "b"].map { ComparisonFixture.network(Options(network: $0, noise: 0.001)) }
    #expect(try baseline.update(rows) == nil)
    #expect(try baseline.thresholds() == NamedBaseline.Thresholds())
    _ = try folder.write(#"{"gatePercent": 5, "networks": {"b": 20}}"#, "baselines/ci.json")
    #expect(try baseline.update(rows) == 2)
    #expect(try baseline.thresholds()?.networks == ["b": 20])
    let slower = ComparisonFixture.file(
      "new", ["a", "b"].map { Options(network: $0, ms: 11, noise: 0.001, seed: 2) })
    let comparison = try baseline.compare(with: slower)
    #expect(comparison.rows.map(\.verdict) == [.slower, .equal])
    #expect([comparison].outcome(requiresAll: true) == .slower)
    let one = ComparisonFixture.file("new", [Options(network: "b", noise: 0.001, seed: 2)])
    #expect(try [baseline.compare(with: one)].outcome(requiresAll: true) == .incomplete)
  }

  @Test func whatIsNoneIsRefused() throws {
    let folder = try TemporaryFolder()
    for name in ["", "../x", "a/b", ".x"] {
      #expect(throws: ComparisonError.self) { try NamedBaseline(name, folder: "x") }
    }
    let baseline = try NamedBaseline("ci", folder: folder.path)
    #expect(throws: ComparisonError.self) { try baseline.update([]) }
    #expect(throws: ComparisonError.self) {
      try baseline.compare(with: ComparisonFixture.file("n", [Options()]))
    }
    for text in ["{", "{}", #"{"gatePercent": -1, "networks": {}}"#, "[[[[[[[[[[]]]]]]]]]]"] {
      _ = try folder.write(text, "ci.json")
      #expect(throws: ComparisonError.self) { try baseline.thresholds() }
    }
  }

  @Test func rowsAreKeptWhole() throws {
    let folder = try TemporaryFolder()
    let rows = ["a", "b"].map { ComparisonFixture.network(Options(network: $0)) }
    try CSVFile.append(rows, to: folder.file("networks.csv"))
    // As the file has them: samples are written with four digits.
    let read = try CSVFile<NetworkRow>.read(folder.file("networks.csv"))
    #expect(try ResultFile.networkRows(folder.path) == read)
    #expect(try ResultFile.networkRows(folder.path + "@network=b") == [read[1]])
  }
}
