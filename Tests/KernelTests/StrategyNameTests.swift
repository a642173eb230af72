import Convolution
import Foundation
import KernelLibrary
import Testing

/// What others want of a strategy it states as a trait: no file but its own and the table names it.
@Suite struct StrategyNameTests {
  /// Of kernels, some of which are called like the strategy that they are for.
  private static let others: Set = ["KernelInterface/KernelRow.swift"]

  @Test func noOtherFileNamesAStrategy() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let names = StrategyTable.names.map { "\"\($0)\"" }
    let types = StrategyTable.all.map { String(describing: type(of: $0)) }
    let files = try #require(FileManager.default.enumerator(atPath: root.path))
    var own: Set<String> = []
    for case let name as String in files where name.hasSuffix(".swift") {
      let text = try String(contentsOf: root.appending(path: name), encoding: .utf8)
      if name.hasPrefix("KernelLibrary/Strategies/") {
        own.formUnion(names.filter(text.contains))
        continue
      }
      for line in text.split(separator: "\n") {
        let code = line.trimmingCharacters(in: .whitespaces)
        guard !code.hasPrefix("//") else { continue }
        if !Self.others.contains(name) {
          #expect(!names.contains(where: code.contains), "\(name): \(code)")
        }
        if name != "KernelLibrary/StrategyTable.swift" {
          #expect(!types.contains(where: code.contains), "\(name): \(code)")
        }
      }
    }
    #expect(own == Set(names))
  }

  /// Recorded configurations of every version tell what was saved, as far as they can.
  @Test func savingsAreReadFromOldConfigurations() throws {
    let problem = try ConvolutionProblem(descriptor: "mb1ic32ih12oc64oh12kh3ph1")
    func saving(_ strategy: String, _ text: String, of problem: ConvolutionProblem) throws
      -> ArithmeticSaving?
    {
      try StrategyTable.strategy(named: strategy).saving(
        of: problem, recorded: try #require(Configuration(text)))
    }
    let winograd = try #require(try saving("winograd", "m=4,tiles=9,gone=1", of: problem))
    #expect(winograd == ArithmeticSaving("F(4, 3)", multiplications: 9 * 36 * 32 * 64))
    #expect(try saving("winograd", "m=3", of: problem) == nil)
    #expect(try saving("winograd", "", of: problem) == nil)
    let separable = try #require(try saving("separable", "rank=8", of: problem))
    #expect(separable == ArithmeticSaving("rank 8", multiplications: 144 * 8 * (96 + 192)))
    #expect(try saving("winograd1d", "tiles=4", of: problem) == nil)
    let line = try ConvolutionProblem(descriptor: "mb1ic32ih12iw12oc64oh12ow12kh1kw7ph0pw3")
    let saved = try #require(try saving("winograd1d", "tiles=4", of: line))
    #expect(saved == ArithmeticSaving("F(2, 7)", multiplications: 8 * 6 * 12 * 32 * 64))
    #expect(try saving("direct", "columns=4,pixels=12", of: problem) == nil)
  }
}
