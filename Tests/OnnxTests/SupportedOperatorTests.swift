import Foundation
import Testing

@testable import Onnx

/// The tables of docs/onnx.md say what the program does.
@Suite struct SupportedOperatorTests {
  private func section(from first: String, to last: String) throws -> String {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/onnx.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(text.range(of: first))
    let end = try #require(text.range(of: last, range: start.upperBound..<text.endIndex))
    return String(text[start.upperBound..<end.lowerBound])
  }

  @Test func everyOperatorIsInTheTable() throws {
    let table = try section(from: "### Operators", to: "Anything else is one line")
    let words = table.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
    let names = Set(words.filter { $0.first?.isUppercase == true })
    let known = Set(OperatorTable.names)
    #expect(known.subtracting(names).sorted() == [], "are not in docs/onnx.md")
    #expect(names.subtracting(known).sorted() == [], "are in docs/onnx.md and not understood")
  }
}
