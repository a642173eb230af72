import Base
import Execution
import Networks
import Plans
import Runs
import Store
import Topology
import Tuning

/// What the plan of one machine costs on another, by the races that the folder has of the other.
/// Nothing is measured.
struct Transfer {
  /// A part of the network that the two plans compute in different ways.
  struct Step {
    var name: String
    /// Milliseconds more than the other machine's own choice.
    var cost: Double
    /// Of the plan that moves, and of the machine's own.
    var choices: [String]
  }

  /// Names of machines.
  let from: String
  let to: String
  let network: String
  let threads: Int
  /// Milliseconds there, over the parts that are known of both plans.
  let own: Double
  let moved: Double
  let steps: [Step]
  let known: Int
  let layers: Int
  /// Whether the plan that moves was made of rows.
  let isRecorded: Bool

  /// Of every machine with races, for every other machine's plans.
  static func all(_ data: ReportData, _ races: FolderRaces) throws -> [Transfer] {
    struct Place: Hashable {
      var machine: String
      var threads: Int
      var network: String
    }
    var order: [Place] = []
    var seen: Set<Place> = []
    try races.store.forEachRace(RaceFilter()) { _, record in
      // Races within a network say which it was: `resnet18#hash`.
      guard case .inNetwork(let identity, _) = record.key.subject,
        let name = identity.split(separator: "#").first
      else { return }
      let place = Place(
        machine: record.key.machine, threads: record.key.team.count, network: String(name))
      if seen.insert(place).inserted { order.append(place) }
    }
    let machines = try races.store.machines()
    return try order.flatMap { place -> [Transfer] in
      guard let machine = machines.first(where: { $0.id == place.machine }),
        // Models in files are not here.
        NetworkCatalog.names.contains(place.network),
        let graph = try? NetworkCatalog.graph(named: place.network),
        let network = try? LoweredNetwork(graph: graph, vectorWidth: 16)
      else { return [] }
      let identity = Plan.Network(name: place.network, options: NetworkOptions())
      guard
        let own = plan(data, of: machine.id, identity, threads: place.threads)
          ?? (try? PlanMaker(store: races.store, machine: machine, threads: place.threads)
            .plan(network, identity))
      else { return [] }
      return try data.machines.filter { $0.id != place.machine }.compactMap { other in
        let loaded = plan(data, of: other.id, identity, threads: place.threads)
        guard
          let moved = loaded
            ?? recorded(data, of: other.id, network, identity, own.isa, place.threads)
        else { return nil }
        return try Transfer(
          moved, from: other.name, own, to: machine,
          network: place.network, races.store, isRecorded: loaded == nil)
      }
    }
  }

  private static func plan(
    _ data: ReportData, of machine: String, _ network: Plan.Network, threads: Int
  ) -> Plan? {
    data.folder.plans.last {
      $0.machine.id == machine && $0.network == network && $0.threads.count == threads
    }
  }

  /// Of the newest run that a file of this machine's rows has.
  private static func recorded(
    _ data: ReportData, of machine: String, _ network: LoweredNetwork, _ identity: Plan.Network,
    _ isa: InstructionSet, _ threads: Int
  ) -> Plan? {
    data.folder.layerFiles.lazy.filter { $0.machines == [machine] }.compactMap {
      try? RecordedPlan(
        rows: $0.path, network: network, identity: identity, isa: isa, threads: threads
      ).plan
    }.first
  }

  /// nil where nothing is known of both plans, or they do not differ.
  private init?(
    _ moved: Plan, from: String, _ own: Plan, to machine: MachineFingerprint, network: String,
    _ store: Store, isRecorded: Bool
  ) throws {
    self.from = from
    to = machine.name
    self.network = network
    self.isRecorded = isRecorded
    threads = own.threads.count
    let diff = try PlanDiff(moved, own, names: [from, to])
    let prices = try [moved, own].map { plan in
      try PlanPricer(
        store: store, machine: machine, isa: plan.isa, threads: own.threads.count,
        smt: own.threads.smt
      ).price(plan)
    }
    var (ownMs, movedMs, known) = (0.0, 0.0, 0)
    var steps: [Step] = []
    for row in diff.rows {
      guard let first = prices[0].ms(of: row.layers), let second = prices[1].ms(of: row.layers)
      else { continue }
      known += row.layers.count
      movedMs += first
      ownMs += second
      if !row.isSame {
        steps.append(Step(name: row.name, cost: first - second, choices: row.differences))
      }
    }
    guard known > 0, !steps.isEmpty else { return nil }
    layers = own.layers.count
    self.own = ownMs
    self.moved = movedMs
    self.known = known
    self.steps = steps.sorted { $0.cost > $1.cost }
  }
}
