import Base
import Convolution
import Execution
import Foundation
import Networks
import Testing

@testable import Commands

struct ProblemListTests {
  private func workload(_ height: Int) throws -> Workload {
    Workload(
      problem: try ConvolutionProblem(descriptor: "mb1ic64ih\(height)oc64kh3ph1"),
      epilogue: Epilogue(bias: true))
  }

  private func list() throws -> ProblemList {
    let all = try (0..<40).map { try workload(8 + 2 * $0) }
    // Two networks that share half of their shapes, one with repetitions.
    return ProblemList(networks: [Array(all[0..<30]) + all[0..<10], Array(all[15..<40])])
  }

  @Test func everyProblemIsInOnePart() throws {
    let list = try list()
    #expect(list.problems.count == 40)
    #expect(list.problems.map(\.layers).reduce(0, +) == 65)
    #expect(list.problems.map(\.seconds) == list.problems.map(\.seconds).sorted(by: >))
    for count in [1, 3, 7, 64] {
      let parts = try (1...count).map { list.part(try #require(Shard("\($0)/\(count)"))) }
      #expect(Set(parts.joined().map(\.workload)).count == 40)
      #expect(parts.reduce(0) { $0 + $1.count } == 40)
      guard count < 10 else { continue }
      let loads = parts.map { $0.reduce(0) { $0 + $1.seconds } }
      // No two differ by more than a problem.
      #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= list.problems[0].seconds)
    }
    #expect(list.part(.whole) == list.problems)
  }

  @Test func aListIsReadAsItWasWritten() throws {
    let path = NSTemporaryDirectory() + "problems-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let list = try list()
    try AtomicFile.write(list.encoded(), to: path)
    #expect(try ProblemList(path: path) == list)
    func refusal(_ text: String) throws -> String {
      try AtomicFile.write(text, to: path)
      do { return "\(try ProblemList(path: path))" } catch {
        return "\(error)".replacing(path, with: "x")
      }
    }
    let text = String(decoding: try list.encoded(), as: UTF8.self)
    #expect(
      try refusal(text.replacing("\"format\" : 1", with: "\"format\" : 2")).contains("reads 1"))
    #expect(
      try refusal(text.replacing("mb1ic64", with: "mb1ic0")).hasPrefix("x: problems[0].workload"))
    #expect(try refusal(text.replacing("\"seconds\"", with: "\"second\"")).contains("is missing"))
    #expect(try refusal("[]").hasPrefix("x: "))
    #expect(try refusal("").hasPrefix("x: "))
    #expect(try refusal(String(repeating: "[", count: 100)).contains("is no list"))
  }

  /// One list serves all machines: layouts follow the vector's width, what is computed does not.
  @Test func workloadsAreTheSameForEveryVector() throws {
    for name in ["lenet5", "mobilenetv2", "googlenet", "densenet121", "resnet50", "inceptionv3"] {
      let graph = try NetworkCatalog.graph(named: name, options: NetworkOptions())
      let lists = try [4, 8, 16].map { width in
        try LoweredNetwork(graph: graph, vectorWidth: width).layers.map(\.workload)
      }
      #expect(lists[0] == lists[2] && lists[1] == lists[2], "\(name)")
    }
  }

  @Test func partsAreWrittenAsFractions() {
    #expect(Shard("2/8") == Shard("2/8") && Shard("8/8")?.number == 8)
    for text in ["", "0/8", "9/8", "1", "1/", "/8", "a/b", "1/8/2", "1/0", "-1/8", "1/1000000"] {
      #expect(Shard(text) == nil, "\(text)")
    }
  }
}
