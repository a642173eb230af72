import Base
import Convolution
import Execution
import Foundation
import KernelLibrary
import Measurement
import Plans
import Results
import Topology

/// A plan of what a run chose, made from its rows of `layers.csv` where the plan itself is lost.
///
/// Rows have every layer's strategy, configuration and time within the network. They have no race:
/// what came next, and by how much, is unknown. Of a fused block they have the band; which candidates
/// its layers were is unknown, and a first guess stands there (`Provenance.heuristic`).
public struct RecordedPlan {
  public let plan: Plan
  /// Of the rows.
  public let identity: RunIdentity
  /// Layers whose choice is a guess.
  public let guessed: Int
  /// Whether the machine's facts are those of a calibration beside the rows.
  public let isMachineKnown: Bool

  /// - Parameters:
  ///   - path: a `layers.csv`, whose newest run by a plan of this network counts.
  ///   - network: without fused blocks.
  ///   - isa, threads: of the run; nil is any.
  /// - Throws: `FileError`, `CSVError`, `PlanError` where there is no such run, or of other layers.
  public init(
    rows path: String, network: LoweredNetwork, identity: Plan.Network,
    isa: InstructionSet? = nil, threads: Int? = nil
  ) throws {
    var run: [LayerRow] = []
    var others: Set<String> = []
    try CSVFile<LayerRow>.forEach(path) { row, _ in
      let of = row.identity
      guard of.choice == "plan", of.tool == RunIdentity.convbench else { return }
      others.insert("\(of.network) batch \(of.batch) on \(of.threads) threads")
      guard of.network == network.graph.name, of.batch == network.graph.input.batch,
        of.resolution == network.graph.input.height, isa.map({ $0.rawValue == of.isa }) ?? true,
        threads.map({ $0 == of.threads }) ?? true
      else { return }
      // The last run of the file is the newest.
      if run.last?.identity.run != of.run { run = [] }
      run.append(row)
    }
    guard let first = run.first?.identity else {
      let wanted = [
        network.graph.name, "batch \(network.graph.input.batch)", isa?.rawValue,
        threads.map { "\($0) threads" },
      ].compactMap(\.self).joined(separator: ", ")
      let same = others.filter { $0.hasPrefix(network.graph.name + " ") }
      let there = (same.isEmpty ? others : same).sorted()
      throw PlanError(
        "\(path): no run by a plan of \(wanted)"
          + (there.isEmpty ? "" : "; there is " + there.prefix(4).joined(separator: ", "))
          + (there.count > 4 ? ", …" : ""))
    }
    guard let set = InstructionSet(rawValue: first.isa) else {
      throw PlanError(
        "\(path): run \(first.run): isa \(first.isa.prefix(40)) is none that plans have")
    }
    (plan, guessed, isMachineKnown) = try Self.plan(run, path, network, identity, set)
    self.identity = first
  }

  private static func plan(
    _ run: [LayerRow], _ path: String, _ network: LoweredNetwork, _ identity: Plan.Network,
    _ set: InstructionSet
  ) throws -> (Plan, guessed: Int, isMachineKnown: Bool) {
    let of = run[0].identity
    let guesses = try guesses(network, set, threads: of.threads)
    var layers: [PlanLayer] = []
    var fusions: [PlanFusion] = []
    var places = LayerRuns()
    for row in run {
      guard let place = places.add(row)?.layers else { continue }
      let name = "\(path): run \(of.run), layer \(row.name)"
      guard place.upperBound < network.layers.count else {
        throw PlanError("\(name): \(network.graph.name) has only \(network.layers.count) layers")
      }
      let time = time(row)
      if place.count > 1 {
        guard let band = Configuration(row.configuration)?.values["band"] else {
          throw PlanError("\(name): configuration \(row.configuration.prefix(60)) has no band")
        }
        layers += place.map {
          PlanLayer(
            name: network.layers[$0].name, workload: network.layers[$0].workload,
            untimed: guesses[$0])
        }
        fusions.append(
          PlanFusion(
            recorded: Fusion(layers: place, band: band), medianMs: time.medianMs,
            intervalMs: time.intervalMs, samples: time.samples))
        continue
      }
      let layer = network.layers[place.lowerBound]
      guard let problem = try? ConvolutionProblem(descriptor: row.problem),
        problem == layer.problem
      else {
        throw PlanError("\(name): is \(row.problem), \(layer.name) is \(layer.problem)")
      }
      guard let configuration = Configuration(row.configuration) else {
        throw PlanError("\(name): configuration \(row.configuration.prefix(60)) is none")
      }
      var choice = PlanLayer(
        name: layer.name, workload: layer.workload,
        strategy: try StrategyTable.strategy(named: row.strategy).name,
        configuration: configuration, provenance: .recorded, validity: row.validity)
      choice.network = time
      layers.append(choice)
    }
    guard layers.count == network.layers.count else {
      throw PlanError(
        "\(path): run \(of.run) has \(layers.count) of the \(network.layers.count) layers of "
          + network.graph.name)
    }
    let machine = machine(of, path)
    let plan = Plan(
      machine: machine ?? unknownMachine(of), network: identity,
      threads: ThreadTeam(count: of.threads, smt: of.smt ?? false, binding: of.binding), isa: set,
      kernels: KernelSignature(of.choices.kernels) ?? .unknown, layers: layers, fusions: fusions)
    return (plan, fusions.reduce(0) { $0 + $1.fusion.layers.count }, machine != nil)
  }

  private static func time(_ row: LayerRow) -> PlanLayer.InNetwork {
    let interval = SampleSummary(row.samplesMs.values)?.interval
    return PlanLayer.InNetwork(
      medianMs: row.ms, intervalMs: interval ?? Interval(low: row.ms, high: row.ms),
      samples: row.samples, validity: row.validity)
  }

  /// Of every layer, were it in a block: the first guess of what was made for its shape.
  private static func guesses(
    _ network: LoweredNetwork, _ set: InstructionSet, threads: Int
  ) throws -> [Candidate] {
    let target = Target((try? Kernels(set)) ?? .best, threads: threads)
    return try network.layers.map { layer in
      let fitting = StrategyTable.all.filter {
        $0.isFusible && $0.rejection(of: layer.problem, target: target) == nil
      }.min { $0.preference < $1.preference }
      guard let strategy = fitting,
        let first = strategy.configurations(for: layer.problem, target: target).first
      else {
        return try HeuristicChoices.choice(for: layer, target: target)
      }
      return Candidate(strategy: strategy.name, configuration: first)
    }
  }

  /// By the calibration beside the rows, if that is of their machine.
  private static func machine(_ of: RunIdentity, _ path: String) -> MachineFingerprint? {
    let file = PathText.join(
      PathText.folder(of: path), "calibration-\(of.machineID).json")
    guard let data = FileManager.default.contents(atPath: file), data.count < 1 << 20,
      let calibration = try? JSONDecoder().decode(MachineCalibration.self, from: data),
      calibration.machine.id == of.machineID
    else { return nil }
    return calibration.machine
  }

  /// What rows say of their machine; its id is another, because it is made of the facts.
  private static func unknownMachine(_ of: RunIdentity) -> MachineFingerprint {
    MachineFingerprint(fields: [
      MachineFingerprint.Field(name: "cpu", value: of.cpu),
      MachineFingerprint.Field(name: "cores", value: "\(of.cores)"),
      MachineFingerprint.Field(name: "recorded as", value: "\(of.machine) \(of.machineID)"),
    ])
  }
}
