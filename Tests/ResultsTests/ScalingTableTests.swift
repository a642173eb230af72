import Measurement
import Testing

@testable import Results

@Suite struct ScalingTableTests {
  private static func point(
    _ batch: Int, _ threads: Int, _ ms: Double, isa: String = "avx2", subject: String = "net"
  ) -> ScalingTable.Point {
    ScalingTable.Point(subject: subject, isa: isa, batch: batch, threads: threads, ms: ms)
  }

  @Test func speedUpIsOverTheFewestThreads() throws {
    let table = ScalingTable([
      Self.point(1, 4, 3), Self.point(1, 2, 5), Self.point(1, 1, 9), Self.point(8, 4, 16),
    ])
    #expect(table.rows.map { $0.speedUp?.ratio } == [3, 1.8, nil, nil])
    #expect(table.rows[0].efficiency == 0.75 && table.rows[2].efficiency == nil)
    // 8 images in 16 ms after 1 in 3 ms.
    #expect(table.rows[3].batchGain.map { abs($0.ratio - 1.5) < 1e-12 } == true)
    #expect(table.rows[3].msPerImage == 2)
    let text = table.description
    #expect(text.contains("75.0 %") && text.contains("ms/image") && !text.contains("isa"))
  }

  @Test func nothingIsComparedAcrossSubjects() {
    let table = ScalingTable([
      Self.point(1, 1, 9), Self.point(1, 2, 5, subject: "other"),
    ])
    #expect(table.isEmpty)
  }

  @Test func instructionSetsAreOverTheFirst() throws {
    let table = ScalingTable([
      Self.point(1, 1, 9), Self.point(1, 1, 4.5, isa: "avx512"), Self.point(1, 1, 10),
    ])
    // Of two of one setting the last counts.
    #expect(table.rows.count == 2)
    #expect(table.rows[1].setGain.map { abs($0.ratio - 10 / 4.5) < 1e-12 } == true)
    #expect(table.description.contains("over avx2"))
  }

  @Test func samplesGiveAnInterval() throws {
    var points = [Self.point(1, 1, 10), Self.point(1, 2, 5)]
    points[0].samples = (0..<50).map { 10 + 0.01 * Double($0 % 5) }
    points[1].samples = (0..<50).map { 5 + 0.01 * Double($0 % 5) }
    points[1].validity = .noisy
    let text = ScalingTable(points).description
    #expect(text.contains("2.00 ±0.0") && text.contains("≈ a noisy run"))
  }
}
