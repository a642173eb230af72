import ArgumentParser
import Execution
import Plans
import Runs
import Store
import Tuning

struct PlanMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "A network's plan for any machine of the store, or of rows: nothing is measured.",
    discussion: """
      Every layer gets what the machine's nodes chose together, the valid races before the noisy and \
      the invalid ones; where the network was tuned there, what won within it. Blocks are not fused: \
      convbench tune on the machine does that.

      --from-rows takes what the newest run by a plan of this network chose, by its rows of \
      layers.csv, where the plan itself is lost: its layers are `recorded`. Who raced against them is \
      unknown, and so are the layers inside fused blocks: a guess stands there.

        convbench plan make --net resnet50 --machine zen4-2c-9706d6 --threads 2
        convbench plan make --net resnet50 --from-rows Results/layers.csv
      """)

  @Option(help: "The network (convbench nets lists all), or an ONNX file.", completion: .networks)
  var net: String

  @OptionGroup var network: NetworkArguments

  @Option(
    help: ArgumentHelp(
      "What store list calls it: its name, the beginning of its id, or here.", valueName: "machine")
  )
  var machine: String?

  @Option(help: ArgumentHelp("Of races, or of a run, with so many workers.", valueName: "n"))
  var threads: Int?

  @Option(help: ArgumentHelp("Instead of the store: a layers.csv.", valueName: "file"))
  var fromRows: String?

  @OptionGroup var store: StoreOption

  @OptionGroup var result: PlanOption

  func validate() throws {
    if let threads, !(1...65_536).contains(threads) {
      throw ValidationError("--threads \(threads): give a number from 1")
    }
    if fromRows != nil {
      guard machine == nil, store.store == nil else {
        throw ValidationError("--from-rows goes without --machine and --store")
      }
    } else if machine == nil || threads == nil {
      throw ValidationError("give --machine and --threads, or --from-rows FILE")
    }
  }

  func run() throws {
    let choice = try NetworkChoice(net, network.request)
    let output = PlanOutput(result.output, standard: "plan.json")
    try output.check(for: choice.identity)
    // What is computed does not depend on the vector's width.
    let lowered = try LoweredNetwork(graph: choice.graph, vectorWidth: 16)
    if let fromRows { return try make(from: fromRows, lowered, choice.identity, output) }
    guard let name = machine, let threads else { return }
    let file = try store.openToRead()
    let machine = try file.machine(named: name, option: "--machine")
    let plan = try PlanMaker(store: file, machine: machine, threads: threads)
      .plan(lowered, choice.identity)
    PlanPriceCommand.noteEarlier(plan.kernels, on: machine)
    try output.save(plan)
    try printResult(PlanTable(plan).text, beside: output.file)
    try printResult(
      "\nfor \(machine.name), from stored races; written to \(output.file.name)",
      beside: output.file)
    try file.reportUnreadable()
  }

  private func make(
    from path: String, _ network: LoweredNetwork, _ identity: Plan.Network, _ output: PlanOutput
  ) throws {
    let recorded = try RecordedPlan(
      rows: path, network: network, identity: identity, threads: threads)
    try output.save(recorded.plan)
    try printResult(PlanTable(recorded.plan).text, beside: output.file)
    let of = recorded.identity
    var lines = [
      "\nrecorded in \(path) by run \(of.run) on \(of.machine), \(of.time), convbench \(of.toolVersion)",
      "unknown: what the choices won against, and by how much",
    ]
    if recorded.guessed > 0 {
      lines.append(
        "unknown: how the \(recorded.guessed) layers in fused blocks are computed; a guess stands there"
      )
    }
    if !recorded.isMachineKnown {
      lines.append(
        "unknown: the machine but for its name; no calibration-ID.json of it is beside the rows")
    }
    lines.append("written to \(output.file.name)")
    try printResult(lines.joined(separator: "\n"), beside: output.file)
  }
}
