import Foundation
import KernelLibrary
import TestSupport
import Testing

@testable import Base
@testable import Plans

/// Damaged plans: each is read or refused in one line, none crashes.
struct PlanFuzzTests {
  private func refusals(_ inputs: [Data]) -> Int {
    var refused = 0
    for data in inputs {
      do {
        _ = try Plan.decode(data, file: "p.json")
      } catch {
        refused += 1
        let line = "\(error)"
        #expect(error is PlanError)
        #expect(
          line.contains("p.json") && !line.contains("\n") && line.utf8.count < 2000, "\(line)")
      }
    }
    return refused
  }

  @Test func truncations() throws {
    let data = try samplePlan().encoded()
    // All but the final line feed and the brace before it.
    let inputs = stride(from: 0, to: data.count - 2, by: 7).map { data.prefix($0) }
    #expect(refusals(inputs.map { Data($0) }) == inputs.count)
  }

  @Test func changedBytes() throws {
    var random = SeededGenerator(seed: 7)
    let data = try samplePlan().encoded()
    let alphabet = Array("0123456789-+.eE\"{}[],:\\ntfu\u{1}".utf8) + [0x00, 0x80, 0xff, 0xc3]
    let inputs = (0..<1500).map { _ -> Data in
      var copy = [UInt8](data)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<copy.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: copy[place] = alphabet.randomElement(using: &random)!
        case 1: copy.remove(at: place)
        default: copy.insert(alphabet.randomElement(using: &random)!, at: place)
        }
      }
      return Data(copy)
    }
    #expect(refusals(inputs) > 500)
  }

  @Test func valuesOfEveryKind() throws {
    var random = SeededGenerator(seed: 9)
    let values = [
      "null", "true", "[]", "{}", "\"\"", "-1", "0", "1e308", "-1e308", "1e-320", "0.5",
      "9223372036854775807", "-9223372036854775808", "9223372036854775808",
      String(repeating: "9", count: 400), "\"\(String(repeating: "x", count: 5000))\"",
      String(repeating: "[", count: 60) + String(repeating: "]", count: 60),
      "\"mb99999999ic99999999ih99999999oc99999999oh99999999kh99999999\"",
      "\"g0mb0ic0ih0oc0oh0kh0\"", "\"columns=999999999999999999999\"",
      "\"numa:99999999999999999999\"",
    ]
    let text = String(decoding: try samplePlan().encoded(), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let fields = lines.indices.filter { lines[$0].contains(" : ") && !lines[$0].hasSuffix("{") }
    let inputs = (0..<1500).map { _ -> Data in
      var copy = lines
      let line = fields.randomElement(using: &random)!
      let key = copy[line].prefix { $0 != ":" }
      let comma = copy[line].hasSuffix(",") ? "," : ""
      copy[line] = "\(key): \(values.randomElement(using: &random)!)\(comma)"
      return Data(copy.joined(separator: "\n").utf8)
    }
    #expect(refusals(inputs) > 500)
  }
}
