import ArgumentParser
import Base
import KernelLibrary
import Plans
import Store
import Topology
import Tuning

struct PlanPriceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "price",
    abstract: "What plans would cost on a machine, from stored samples: nothing is measured.",
    discussion: """
      A machine is what store list calls it: its name, the beginning of its id, or here. With several \
      plans of one network or several machines the result is the regret matrix: how much longer each \
      plan takes than the best of them on each machine, over the layers that are known of all there.
      """)

  @Argument(help: "Plans of one network.")
  var plans: [String]

  @Option(
    help: ArgumentHelp(
      "A machine of the store, as often as needed (default: all).", valueName: "machine"))
  var on: [String] = []

  @Option(help: ArgumentHelp("Of so many threads (default: the first plan's).", valueName: "n"))
  var threads: Int?

  @OptionGroup var store: StoreOption

  func validate() throws {
    guard !plans.isEmpty else { throw ValidationError("give a plan") }
    if let threads, !(1...65_536).contains(threads) {
      throw ValidationError("--threads \(threads): give a number from 1")
    }
  }

  func run() throws {
    let loaded = try plans.map { try Plan.load(path: $0) }
    let segments = try PlanSegments(loaded, names: plans)
    let store = try store.openToRead()
    let machines = on.isEmpty ? try store.machines() : try on.map { try store.machine(named: $0) }
    let prices = try machines.map { machine in
      var kernels = KernelSignature.current
      let prices = try loaded.map { plan in
        let pricer = try PlanPricer(
          store: store, machine: machine, isa: plan.isa,
          threads: threads ?? loaded[0].threads.count,
          smt: loaded[0].threads.smt)
        kernels = pricer.kernels
        return pricer.price(plan)
      }
      Self.noteEarlier(kernels, on: machine)
      return prices
    }
    guard prices.contains(where: { $0.contains { $0.knownLayers > 0 } }) else {
      throw RunError(
        "\(self.store.path) has no race of these layers on "
          + (machines.isEmpty ? "any machine" : machines.map(\.name).joined(separator: ", "))
          + " with \(threads ?? loaded[0].threads.count) threads and \(loaded[0].isa.title)")
    }
    if loaded.count == 1, machines.count == 1 {
      try printResult(table(loaded[0], prices[0][0], on: machines[0]))
    } else {
      try printResult(matrix(loaded, machines, prices, segments))
    }
  }

  /// Says on standard error whose times they are where they are not this program's kernels'.
  static func noteEarlier(_ kernels: KernelSignature, on machine: MachineFingerprint) {
    let differences = kernels.differencesHere
    guard !differences.isEmpty else { return }
    printNote("\(machine.name): by races of other kernels than these: \(differences)")
  }

  private func table(_ plan: Plan, _ price: PlanPrice, on machine: MachineFingerprint) -> String {
    var table = TextTable([
      .left("layer"), .left("choice"), .right("in the plan, ms"), .right("there, ms"),
      .left("known"),
    ])
    for entry in price.parts {
      let layers = plan.layers[entry.part.layers]
      table.add([
        layers.count == 1
          ? layers.first?.name ?? "" : "\(layers.first?.name ?? "")..\(layers.last?.name ?? "")",
        "\(entry.part.candidate)", PlanDiffCommand.ms(entry.part.ms), PlanDiffCommand.ms(entry.ms),
        entry.source.rawValue,
      ])
    }
    let counts = PlanPrice.Source.allCases.compactMap { source -> String? in
      let count = price.parts.filter { $0.source == source }.reduce(0) { $0 + $1.part.layers.count }
      return count > 0 ? "\(count) \(source.rawValue)" : nil
    }
    let share = price.knownShare.map { ", \(NumberText.percent($0)) of the plan's own time" } ?? ""
    return """
      \(plan.summary)
      on \(machine.name) with \(threads ?? plan.threads.count) threads

      \(table)

      \(PlanDiffCommand.ms(price.knownMs)) ms for \(price.knownLayers) of \(price.layers) layers\
      \(share): \(counts.joined(separator: ", "))
      """
  }

  private func matrix(
    _ loaded: [Plan], _ machines: [MachineFingerprint], _ prices: [[PlanPrice]],
    _ segments: PlanSegments
  ) -> String {
    let matrix = RegretMatrix(prices, segments: segments)
    var table = TextTable(
      [.left("plan")] + machines.map { .right($0.name) } + [.right("worst")])
    for (index, path) in plans.enumerated() {
      let worst = matrix.worst(plan: index)
      let cells = machines.indices.map { machine -> String in
        guard let ms = matrix.ms[index][machine],
          let regret = matrix.regret(plan: index, machine: machine)
        else { return "–" }
        let isWorst = machine == worst && regret > 0 && machines.count > 1
        return
          "\(NumberText.milliseconds(ms)) (+\(NumberText.percent(regret)))\(isWorst ? " ◂" : "")"
      }
      let most = worst.flatMap { matrix.regret(plan: index, machine: $0) }
      table.add([path] + cells + [most.map { "+\(NumberText.percent($0))" } ?? "–"])
    }
    let known = zip(machines, matrix.layers).map {
      "\($0.name): \($1) of \(loaded[0].layers.count) layers"
    }
    var lines = [
      "\(loaded[0].network.title); milliseconds, and how much more than the best plan there", "",
      "\(table)", "", "known of every plan on " + known.joined(separator: "; "),
    ]
    if let safest = matrix.safest, plans.count > 1 {
      lines.append("the least regret where it is greatest: \(plans[safest])")
    }
    return lines.joined(separator: "\n")
  }
}
