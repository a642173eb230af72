import TestSupport
import Testing

@testable import Results

@Suite struct ComparisonMatrixTests {
  typealias Options = ComparisonFixture.Options

  private static func options(_ machine: String, _ id: String, _ network: String, _ ms: Double)
    -> Options
  {
    Options(network: network, ms: ms, noise: 0.001, seed: UInt64(ms * 10)) {
      $0.machine = machine
      $0.machineID = id
    }
  }

  private static func matrix(_ options: [Options], across: MatchField = .machine) throws
    -> ComparisonMatrix
  {
    try ComparisonMatrix(
      [ComparisonFixture.file("a.csv", options)], across: across, rules: ComparisonFixture.rules)
  }

  @Test func bestAndMeans() throws {
    let matrix = try Self.matrix([
      Self.options("zen4", "1", "a", 10), Self.options("zen5", "2", "a", 5),
      Self.options("zen4", "1", "b", 8), Self.options("zen5", "2", "b", 16),
      Self.options("arm", "3", "b", 8.01), Self.options("zen4", "1", "c", 1),
    ])
    #expect(matrix.columns == ["zen4", "zen5", "arm"])
    #expect(matrix.keys.map { $0[0] } == ["a", "b", "c"])
    #expect(matrix.leaders(0) == [1] && matrix.best(0) == 1)
    // 0.1 % apart: nobody is shown to be slower.
    #expect(matrix.leaders(1) == [0, 2])
    #expect(matrix.best(2) == 0 && matrix.sides[2][1] == nil)
    let mean = try #require(matrix.mean(1, against: 0))
    #expect(mean.rows == 2 && abs(mean.ratio.ratio - 1) < 0.01)
    let other = try #require(matrix.mean(0, against: 2))
    #expect(other.rows == 1)
    let text = matrix.text()
    #expect(text.contains("5.0") && text.contains("*") && text.contains("~"))
    #expect(matrix.text(isMarkdown: true).contains("| network | zen4 | zen5 | arm |"))
  }

  /// Machines of one name, as older files have them, are two columns.
  @Test func machinesOfOneNameAreTwoColumns() throws {
    let matrix = try Self.matrix([
      Self.options("amd-epyc-2c", "ff3021c41573", "a", 5),
      Self.options("amd-epyc-2c", "9706d69baa7c", "a", 10),
    ])
    #expect(matrix.columns == ["amd-epyc-2c (ff3021)", "amd-epyc-2c (9706d6)"])
  }

  @Test func anyFieldMakesColumns() throws {
    let rows = [1, 2].map { threads in
      Options(ms: 20 / Double(threads)) { $0.threads = threads }
    }
    let matrix = try Self.matrix(rows, across: .threads)
    #expect(matrix.columns == ["1", "2"] && matrix.keys.count == 1)
    #expect(throws: ComparisonError.self) { try Self.matrix(rows) }
  }
}
