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
    // The measurement makes pools of its own; whether the largest can be made is known first.
    let rig = try Rig(threads.request())
    rig.shutdown()
    let placement = rig.placement
    let benchmark = try PoolBenchmark(placement: placement)
    var warned: Set<String> = []
    for warning in benchmark.rows.flatMap(\.warnings) where warned.insert(warning).inserted {
      printProblem("warning: \(warning)")
    }
    if json {
      try printJSON(benchmark)
    } else {
      try printResult("\(placement)\n\n\(benchmark)\n")
      try printResult("median, fastest, 90 %: regions back to back; asleep: after 1 ms without one")
    }
  }
}
