import Testing

@testable import Base

@Suite struct TextTableTests {
  private func table(_ rows: [[String]], joinsRepeats: Bool = false) -> TextTable {
    var table = TextTable(
      [
        .left("layer"), .left("problem"), .right("ms"), .right("share %", drop: 2),
        .right("GFLOP/s", drop: 1),
      ], joinsRepeats: joinsRepeats)
    for row in rows { table.add(row) }
    return table
  }

  private static let long = [
    "block2.conv1..block2.conv3.and.more", "mb1ic320ih7oc1280oh7kh1", "0.1746", "10.7", "334.5",
  ]

  private func widest(_ text: String) -> Int {
    text.split(separator: "\n").filter { !$0.hasPrefix("not shown") }.map(\.count).max() ?? 0
  }

  @Test func whatFitsIsLeftAlone() {
    let table = table([["conv1", "mb1", "1", "2", "3"]])
    #expect(table.text(within: 80) == "\(table)")
  }

  /// First texts are cut, then columns go in their order, then texts are cut again.
  @Test(arguments: [
    (90, "", 20...90), (72, "", 60...72), (60, "GFLOP/s", 40...60),
    (52, "GFLOP/s, share %", 40...52), (32, "GFLOP/s, share %", 20...32),
  ])
  func tablesFit(_ width: Int, _ dropped: String, _ range: ClosedRange<Int>) {
    let text = table([Self.long]).text(within: width)
    #expect(range.contains(widest(text)), "\(text)")
    #expect(
      dropped.isEmpty
        ? !text.contains("not shown")
        : text.hasSuffix("not shown: \(dropped); --wide shows all columns"), "\(text)")
    #expect(text.contains("0.1746") && text.contains("block2.co"))
  }

  /// Where a column made room, texts take it.
  @Test func textsTakeTheRoomOfColumnsThatAreLeftOut() {
    let text = table([Self.long]).text(within: 66)
    #expect(widest(text) == 66 && text.contains("block2.conv1..block2.co…"), "\(text)")
  }

  @Test func whatCannotFitIsAsNarrowAsItGets() {
    let text = table([Self.long]).text(within: 5)
    #expect(widest(text) == 10 + 2 + 10 + 2 + 6)
  }

  @Test func equalNeighboursAreOneRowWhereTheyMayBe() {
    let same = (7...11).map { ["layer\($0)", Self.long[1], "1", "2", "3"] }
    let rows = [["layer6", "x", "1", "2", "3"]] + same + [["fc", "y", "1", "2", "3"]]
    let table = table(rows, joinsRepeats: true)
    #expect("\(table)".split(separator: "\n").count == 9)
    let text = table.text(within: 80)
    #expect(text.split(separator: "\n").count == 5)
    #expect(text.contains("layer7..11 ×5"))
    // Another table's neighbours stay what they are.
    #expect(!self.table(rows).text(within: 80).contains("×"))
  }
}
