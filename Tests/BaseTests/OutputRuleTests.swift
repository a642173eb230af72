import Foundation
import Testing

/// What no source may use: it traps, or loses what could not be written, or splits paths of its own.
@Suite struct OutputRuleTests {
  @Test func streamsAndPathsHaveOneMechanism() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let forbidden = try Regex(
      #"(^|[^A-Za-z.])(print|debugPrint|dump|NSLog)\(|FileHandle\.standard(Output|Error)|as NSString"#
    )
    let files = try #require(FileManager.default.enumerator(atPath: root.path))
    var count = 0
    for case let name as String in files where name.hasSuffix(".swift") {
      let text = try String(contentsOf: root.appending(path: name), encoding: .utf8)
      for line in text.split(separator: "\n") {
        let code = line.trimmingCharacters(in: .whitespaces)
        guard !code.hasPrefix("//") else { continue }
        #expect(try forbidden.firstMatch(in: code) == nil, "\(name): \(code)")
      }
      count += 1
    }
    #expect(count > 100)
  }
}
