import Testing

@testable import Base
@testable import Commands

@Suite struct TextTests {
  @Test func tableAlignsAndSumsUp() {
    var table = TextTable([.left("layer"), .right("ms"), .left("note")])
    table.add(["conv1", "12.5", "28×28"])
    table.add(["x", "3", "", "dropped"])
    table.addRule()
    table.add(["total", "15.5"])
    #expect(
      table.description == """
        layer    ms  note
        ──────────────────
        conv1  12.5  28×28
        x         3
        ──────────────────
        total  15.5
        """)
  }

  @Test func tableKeepsOneLineARow() {
    var table = TextTable([.left("a")])
    table.add(["evil\n\u{1B}[2Jname"])
    #expect(table.description.split(separator: "\n").count == 3)
    #expect(!table.description.unicodeScalars.contains("\u{1B}"))
  }

  @Test(arguments: [
    (0.0123456, "0.01235"), (1.23456, "1.235"), (123.456, "123.5"), (12345.6, "12346"), (0, "0"),
    (-2.5, "-2.500"), (.nan, "–"), (.infinity, "–"),
  ])
  func significant(_ value: Double, _ text: String) {
    #expect(NumberText.significant(value) == text)
  }

  @Test(arguments: [
    (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
    (3 << 30, "3.0 GiB"), (Int.max, "8388608.0 TiB"),
  ])
  func bytes(_ count: Int, _ text: String) {
    #expect(NumberText.bytes(count) == text)
  }

  @Test(arguments: [
    (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"),
    (3725, "1 h 02 min"), (.infinity, "–"),
  ])
  func duration(_ seconds: Double, _ text: String) {
    #expect(NumberText.duration(seconds) == text)
  }

  /// What progress wrote, and a clock that a test turns.
  private final class Screen {
    var text: [String] = []
    var time = 0.0

    func progress(isTerminal: Bool) -> ProgressLine {
      ProgressLine(
        label: "tune", total: 10, isTerminal: isTerminal, columns: 60,
        write: { self.text.append($0) }, clock: { self.time })
    }
  }

  @Test func terminalRedrawsOneLine() {
    let screen = Screen()
    var progress = screen.progress(isTerminal: true)
    progress.update(done: 0)
    screen.time = 0.05
    progress.update(done: 1, note: "too soon")
    screen.time = 10
    progress.update(done: 5, note: "conv5 " + String(repeating: "x", count: 80))
    progress.finish()
    #expect(screen.text.count == 3)
    #expect(screen.text.allSatisfy { $0.hasPrefix("\r") && !$0.contains("\n") })
    #expect(screen.text[1].contains("██████████░░░░░░░░░░ 5/10, 10 s left, conv5"))
    #expect(screen.text[1].count <= 60 + "\r\u{1B}[K".count)
    #expect(screen.text[2] == "\r\u{1B}[K")
  }

  @Test func logGetsPlainLines() {
    let screen = Screen()
    var progress = screen.progress(isTerminal: false)
    for second in 0...25 {
      screen.time = Double(second)
      progress.update(done: Double(second) / 2.5)
    }
    progress.finish()
    #expect(screen.text == ["tune 4/10, 15 s left\n", "tune 8/10, 5.0 s left\n"])
  }
}
