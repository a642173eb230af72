import Foundation
import Testing

@testable import Results

/// Rows of a schema whose descriptors left out widths that equal their heights.
@Suite struct ProblemTextMigrationTests {
  private func migrated<Row: CSVRow>(_ row: Row, from version: Int, as _: Row.Type) throws -> Row {
    let text = CSVFile<Row>.text([row])
      .replacing(Row.schema + ",", with: "\(Row.schemaName)/\(version),")
    return try #require(try CSVFile<Row>.parse(Data(text.utf8), path: "x.csv").first)
  }

  private static let old = "mb1ic8ih9iw8oc8oh5ow4kh3sh2ph1"
  private static let new = "mb1ic8ih9iw8oc8oh5ow4kh3kw3sh2sw2ph1pw1"

  @Test(arguments: [1, 2, 3])
  func rowsAreReadByTheirRule(_ version: Int) throws {
    var layer = LayerRow()
    layer.problem = version < 3 ? Self.old : Self.new
    var bench = BenchRow()
    bench.problem = layer.problem
    #expect(try migrated(layer, from: version, as: LayerRow.self).problem == Self.new)
    #expect(try migrated(bench, from: version, as: BenchRow.self).problem == Self.new)
  }

  @Test func stepsWithoutAProblemStay() throws {
    #expect(try migrated(LayerRow(), from: 2, as: LayerRow.self).problem.isEmpty)
  }
}
