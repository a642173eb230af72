import ArgumentParser
import Foundation
import Topology
import Workers

struct PoolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pool",
    abstract: "Measure what an empty parallel region costs, with 1 to N workers.")

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let placement = try Machine.probe().placement(for: threads.request())
    let benchmark = PoolBenchmark(placement: placement)
    var warned: Set<String> = []
    for warning in benchmark.rows.flatMap(\.warnings) where warned.insert(warning).inserted {
      FileHandle.standardError.write(Data("convbench: warning: \(warning)\n".utf8))
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(benchmark), as: UTF8.self))
    } else {
      print("\(placement)\n\n\(benchmark)\n")
      print("median, fastest, 90 %: regions back to back; asleep: after 1 ms without one")
    }
  }
}
