import Convolution
import Foundation
import KernelLibrary
import Measurement
import Networks
import Results
import Topology

/// A results folder in the order of the report: runs by series, the newest run of each network.
struct ReportData {
  /// What the rows of one bar colour have in common.
  struct Series: Hashable {
    var machine: String
    var tool: String
    var threads: Int
    var isa: String
    var choice: String
    var binding: String
  }

  /// What is compared between series.
  struct Network: Hashable {
    var name: String
    var batch: Int
    /// Height of the input.
    var resolution: Int
    var width: Int
  }

  struct Run {
    var id: String
    var series: Series
    var network: Network
    var time: String
    var median: Double
    var low: Double
    var high: Double
    var gflops: Double
    /// GFLOP/s; nil where the tool does not know.
    var peak: Double?
    var samples: Int
    /// Inferences left out because the machine was slowed meanwhile.
    var discarded: Int
    var validity: String
    /// For comparisons; with the samples that the row has.
    var measured: MeasuredRow

    /// `≈` for noisy, `!` for invalid.
    var mark: String { ReportText.mark(validity) }
  }

  struct Layer {
    var run: String
    var series: Series
    var network: Network
    var name: String
    var kind: String
    /// Among the network's convolutions: one, or those of a fused block; nil for other layers.
    var places: ClosedRange<Int>?
    var problem: ConvolutionProblem?
    /// Of a fused block the convolutions that it computes, if they are known; of a convolution itself.
    var problems: [ConvolutionProblem]
    var epilogue: String
    var strategy: String
    var configuration: String
    var ms: Double
    var share: Double
    var gflops: Double?
    var peak: Double?
    /// Of the run, as `Run.mark`.
    var mark: String

    var isFused: Bool { kind == "fused" }
    /// One, or several fused ones.
    var isConvolution: Bool { problem != nil || isFused }
    /// Operations of the definition; 0 where nobody says.
    var work: Double {
      problems.isEmpty ? (gflops ?? 0) * ms * 1e6 : problems.reduce(0) { $0 + $1.work }
    }
  }

  let folder: ResultsFolder
  /// Newest of each series and network, networks in the catalogue's order.
  private(set) var runs: [Run] = []
  /// Of those runs, in the order of execution.
  private(set) var layers: [Layer] = []
  /// In the order of the charts.
  private(set) var series: [Series] = []
  private(set) var networks: [Network] = []
  private(set) var machines: [ReportMachine] = []

  /// - Parameter here: the machine this runs on: its picture is drawn without a file about it.
  /// - Throws: `ReportError` for numbers that no measurement gives.
  init(_ folder: ResultsFolder, here: MachineFingerprint? = nil) throws {
    self.folder = folder
    machines = ReportMachine.all(folder, here: here)
    let ranks = Dictionary(
      machines.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    func precedes(_ left: Series, _ right: Series) -> Bool {
      let (first, second) = (ranks[left.machine] ?? .max, ranks[right.machine] ?? .max)
      return first == second ? Self.precedes(left, right) : first < second
    }
    var newest: [Pair: Run] = [:]
    for row in folder.networks {
      let run = try Self.run(row, folder.path)
      let pair = Pair(series: run.series, network: run.network)
      if let known = newest[pair], known.time > run.time { continue }
      newest[pair] = run
    }
    let order = Dictionary(
      uniqueKeysWithValues: NetworkCatalog.names.enumerated().map { ($1, $0) })
    series = Set(newest.keys.map(\.series)).sorted(by: precedes)
    networks = Set(newest.keys.map(\.network)).sorted {
      (order[$0.name] ?? .max, $0.name, $0.batch, $0.resolution)
        < (order[$1.name] ?? .max, $1.name, $1.batch, $1.resolution)
    }
    runs = networks.flatMap { network in
      series.compactMap { newest[Pair(series: $0, network: network)] }
    }
    let shown = Self.runsOfLayers(folder, among: newest)
    if runs.isEmpty {
      // Layers without their runs are shown all the same.
      var seen: Set<Network> = []
      networks = folder.layers.map { Self.network($0.identity) }.filter { seen.insert($0).inserted }
      series = Set(folder.layers.map { Self.series($0.identity) }).sorted(by: precedes)
    }
    let places = Dictionary(
      networks.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var problems: [String: ConvolutionProblem] = [:]
    var layerRuns = LayerRuns()
    let rows = folder.layers.map { (row: $0, place: layerRuns.add($0)) }
    let blocks = FusedBlocks(layerRuns.runs)
    layers = try rows.filter {
      runs.isEmpty || shown.contains("\($0.row.identity.run) \($0.row.identity.network)")
    }.map { row, place in
      let members = row.kind == "fused" ? place.flatMap(blocks.members) ?? [] : []
      return try Self.layer(row, place?.layers, members, folder.path, &problems)
    }
    // Stable: the layers of a network stay in the order of execution.
    layers = layers.enumerated().sorted {
      (places[$0.element.network] ?? .max, $0.offset)
        < (places[$1.element.network] ?? .max, $1.offset)
    }.map(\.element)
  }

  /// Of every series and network the newest run that has layers, as `run network`: a newer run may
  /// have been recorded without.
  private static func runsOfLayers(_ folder: ResultsFolder, among runs: [Pair: Run]) -> Set<String>
  {
    var newest: [Pair: (time: String, run: String)] = [:]
    for identity in folder.layers.lazy.map(\.identity) {
      let pair = Pair(series: series(identity), network: network(identity))
      guard runs[pair] != nil else { continue }
      if let known = newest[pair], known.time > identity.time { continue }
      newest[pair] = (identity.time, identity.run)
    }
    return Set(newest.map { "\($1.run) \($0.network.name)" })
  }

  /// So many series at most, or one a machine where there are more machines: every machine's best
  /// before any machine's second best.
  ///
  /// - Parameter candidates: the best first.
  func spread(_ candidates: [Series], most: Int) -> [Series] {
    var ranks: [String: Int] = [:]
    let ranked = candidates.enumerated().map { index, series -> (rank: Int, index: Int) in
      let rank = ranks[series.machine, default: 0]
      ranks[series.machine] = rank + 1
      return (rank, index)
    }
    let kept = ranked.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }
      .prefix(max(most, ranks.count)).map { candidates[$0.index] }
    return series.filter(Set(kept).contains)
  }

  /// The rank of a network in the charts.
  func place(_ network: Network) -> Int { networks.firstIndex(of: network) ?? .max }

  private struct Pair: Hashable {
    var series: Series
    var network: Network
  }

  static func series(_ identity: RunIdentity) -> Series {
    Series(
      machine: identity.machineID, tool: identity.tool, threads: identity.threads,
      isa: identity.isa, choice: identity.choice, binding: identity.binding)
  }

  private static func network(_ identity: RunIdentity) -> Network {
    Network(
      name: identity.network, batch: identity.batch, resolution: identity.resolution,
      width: identity.inputWidth ?? identity.resolution)
  }

  private static func precedes(_ left: Series, _ right: Series) -> Bool {
    func key(_ series: Series) -> (Int, String, Int, String) {
      (
        series.tool == RunIdentity.convbench ? 0 : 1, series.tool, series.threads,
        "\(isaRank(series.isa)) \(series.choice == "plan" ? "" : series.choice) \(series.binding)"
      )
    }
    return key(left) < key(right)
  }

  private static func isaRank(_ isa: String) -> Int {
    InstructionSet(rawValue: isa).flatMap { InstructionSet.allCases.firstIndex(of: $0) } ?? 9
  }

  private static func run(_ row: NetworkRow, _ path: String) throws -> Run {
    let times = [row.medianMs, row.lowMs, row.highMs]
    guard times.allSatisfy({ $0 > 0 && $0 < 1e9 }), row.lowMs <= row.highMs else {
      throw ReportError(
        "\(path): run \(row.identity.run.prefix(20)) of \(row.identity.network.prefix(40)) has the "
          + "times \(times[0].csv), \(times[1].csv) to \(times[2].csv) ms, which none can be")
    }
    return Run(
      id: row.identity.run, series: series(row.identity), network: network(row.identity),
      time: row.identity.time, median: row.medianMs, low: row.lowMs, high: row.highMs,
      gflops: ReportText.positive(row.gflops) ?? 0, peak: ReportText.positive(row.peakGflops),
      samples: row.samples, discarded: row.discarded, validity: "\(row.validity)",
      measured: MeasuredRow(row))
  }

  private static func layer(
    _ row: LayerRow, _ places: ClosedRange<Int>?, _ members: [BlockLayers.Layer], _ path: String,
    _ problems: inout [String: ConvolutionProblem]
  ) throws -> Layer {
    func parsed(_ text: String) throws -> ConvolutionProblem {
      if let known = problems[text] { return known }
      do {
        let new = try ConvolutionProblem(descriptor: text)
        problems[text] = new
        return new
      } catch {
        throw ReportError(
          "\(path): layer \(row.name.prefix(40)) of \(row.identity.network.prefix(40)): \(error)")
      }
    }
    let problem = row.problem.isEmpty ? nil : try parsed(row.problem)
    let all = try problem.map { [$0] } ?? members.map { try parsed($0.problem) }
    guard row.ms.magnitude < 1e9, row.share.magnitude <= 1000 else {
      throw ReportError(
        "\(path): layer \(row.name.prefix(40)) of \(row.identity.network.prefix(40)) takes "
          + "\(row.ms.csv) ms, which none can")
    }
    return Layer(
      run: row.identity.run, series: series(row.identity), network: network(row.identity),
      name: row.name, kind: row.kind, places: places, problem: problem, problems: all,
      epilogue: row.epilogue,
      strategy: row.strategy, configuration: row.configuration, ms: max(row.ms, 0),
      share: max(row.share, 0), gflops: row.gflops.flatMap(ReportText.positive),
      peak: ReportText.positive(row.peakGflops), mark: ReportText.mark("\(row.validity)"))
  }
}
