import ArgumentParser
import Execution
import Plans
import Store
import Tuning

struct PlanMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "A network's plan for any machine of the store: nothing is measured.",
    discussion: """
      Every layer gets what the machine's nodes chose together, the valid races before the noisy and \
      the invalid ones; where the network was tuned there, what won within it. Blocks are not fused: \
      convbench tune on the machine does that.
      """)

  @Option(help: "The network (convbench nets lists all), or an ONNX file.")
  var net: String

  @OptionGroup var network: NetworkArguments

  @Option(
    help: ArgumentHelp(
      "What store list calls it: its name, the beginning of its id, or here.", valueName: "machine")
  )
  var machine: String

  @Option(help: ArgumentHelp("Of races with so many workers.", valueName: "n"))
  var threads: Int

  @OptionGroup var store: StoreOption

  @OptionGroup var result: PlanOption

  func validate() throws {
    guard (1...65_536).contains(threads) else {
      throw ValidationError("--threads \(threads): give a number from 1")
    }
  }

  func run() throws {
    let choice = try NetworkChoice(net, network.request)
    let output = PlanOutput(result.output, standard: "plan.json")
    try output.check(for: choice.identity)
    let file = try store.openToRead()
    let machine = try file.machine(named: machine, option: "--machine")
    let lowered = try LoweredNetwork(graph: choice.graph, vectorWidth: 16)
    let plan = try PlanMaker(store: file, machine: machine, threads: threads)
      .plan(lowered, choice.identity)
    try output.save(plan)
    try printResult(PlanTable(plan).text, beside: output.file)
    try printResult(
      "\nfor \(machine.name), from stored races; written to \(output.file.name)",
      beside: output.file)
    try file.reportUnreadable()
  }
}
