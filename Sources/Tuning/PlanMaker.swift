import Convolution
import Execution
import KernelLibrary
import Measurement
import Plans
import Races
import Store
import Topology

/// Makes a network's plan for a machine that this is not, from what a store has of it. Nothing is
/// measured.
///
/// A layer's choice is that of all finished races of its workload there (`RaceElection`); where the
/// network itself was tuned there, what won within it. Blocks are not fused: whether that is faster
/// is known of the very candidates that raced. Where most of what is known of the machine was measured
/// with earlier kernels, the plan is one of theirs, and says so (`KernelSignature.prevailing`).
public struct PlanMaker {
  /// Under which races were run, beside the machine.
  private struct Group: Hashable {
    var isa: InstructionSet
    var team: ThreadTeam
  }

  private let machine: MachineFingerprint
  private var isolated: [Group: [Workload: [RaceRecord]]] = [:]
  private var inNetwork: [Group: [String: [Int: [StoredRace]]]] = [:]

  /// - Parameter threads: of the races that count.
  /// - Throws: `StoreError`.
  public init(store: Store, machine: MachineFingerprint, threads: Int) throws {
    self.machine = machine
    var filter = RaceFilter()
    filter.machine = machine.id
    var records: [RaceRecord] = []
    try store.forEachRace(filter) { _, record in
      let key = record.key
      guard key.machine == machine.id, key.team.count == threads, key.cacheState == .network,
        !record.isSuperseded, record.stored != nil
      else { return }
      records.append(record)
    }
    let kernels = KernelSignature.prevailing(
      among: records.filter { $0.key.subject == .isolated }.map(\.key.kernels))
    for record in records where record.key.kernels.agrees(with: kernels) {
      guard let race = record.stored else { continue }
      let key = record.key
      let group = Group(isa: key.isa, team: key.team)
      switch key.subject {
      case .isolated: isolated[group, default: [:]][key.workload, default: []].append(record)
      case .inNetwork(let network, let layer):
        inNetwork[group, default: [:]][network, default: [:]][layer, default: []].append(race)
      case .block: break
      }
    }
  }

  /// - Parameter network: without fused blocks.
  /// - Throws: `PlanError` where no conditions have a race of every layer.
  public func plan(_ network: LoweredNetwork, _ identity: Plan.Network) throws -> Plan {
    func known(_ group: Group) -> Int {
      network.layers.count { isolated[group]?[$0.workload] != nil }
    }
    func rank(_ group: Group) -> (Int, Int, String) {
      let races = isolated[group]?.values.reduce(0) { $0 + $1.count } ?? 0
      return (known(group), races, "\(group.isa.rawValue) \(group.team.binding)")
    }
    guard let group = isolated.keys.max(by: { rank($0) < rank($1) }) else {
      throw PlanError("the store has no race of \(machine.name) with so many threads")
    }
    let missing = network.layers.filter { isolated[group]?[$0.workload] == nil }
    if let first = missing.first {
      throw PlanError(
        "of \(network.layers.count) layers \(missing.count) have no race on \(machine.name) with "
          + "\(group.isa.title) and \(group.team.count) threads, e.g. \(first.name): "
          + "\(first.workload); tune --net or tune --problems there")
    }
    var kernels: KernelSignature?
    let layers = try network.layers.enumerated().map { index, layer -> PlanLayer in
      let records = isolated[group]?[layer.workload] ?? []
      guard let race = RaceElection(records.compactMap(\.stored))?.race,
        let winner = race.outcome.winner
      else { throw PlanError("layer \(layer.name): its races have no winner") }
      let signature = records[0].key.kernels
      kernels = kernels?.union(signature) ?? kernels ?? signature
      var choice = PlanLayer(
        name: layer.name, workload: layer.workload, strategy: "", configuration: Configuration(),
        provenance: .stored, validity: race.validity)
      choice.take(winner, of: race.outcome, hot: [:])
      if let within = inNetwork[group]?[network.identity]?[index] {
        Self.adopt(RaceElection(within), of: race.outcome, &choice)
      }
      return choice
    }
    return Plan(
      machine: machine, network: identity, threads: group.team, isa: group.isa,
      kernels: kernels ?? .current, layers: layers)
  }

  /// What won within the network, as far as the isolated race knows it.
  private static func adopt(
    _ election: RaceElection?, of outcome: RaceOutcome, _ choice: inout PlanLayer
  ) {
    guard let race = election?.race, let winner = race.outcome.winner,
      let times = SampleSummary(milliseconds: winner.samples),
      let standing = outcome.standings.first(where: { $0.candidate == winner.candidate })
    else { return }
    let isolated = choice
    if standing.candidate != choice.candidate { choice.take(standing, of: outcome, hot: [:]) }
    let isChanged = standing.candidate != isolated.candidate
    let loser = race.outcome.standings.first { $0.candidate == isolated.candidate }
    choice.network = PlanLayer.InNetwork(
      medianMs: times.median, intervalMs: times.interval,
      samples: times.count,
      ending: race.outcome.ending == .single ? nil : race.outcome.ending,
      replaced: isChanged
        ? PlanLayer.RunnerUp(
          strategy: isolated.strategy, configuration: isolated.configuration,
          medianMs: isolated.medianMs ?? 0) : nil,
      margin: isChanged ? loser?.ratio.map { $0 - 1 } : nil, validity: race.validity)
  }
}
