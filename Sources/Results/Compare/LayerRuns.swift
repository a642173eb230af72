import Foundation

/// The convolutions of one network in one run, each row at the place of its layers: a fused block
/// takes several.
public struct LayerRun: Sendable {
  /// Runs of one shape have the same layers in the same order.
  struct Shape: Hashable, Sendable {
    let network: String
    let batch: Int
    let resolution: Int
    let width: Int?

    init(_ identity: RunIdentity) {
      network = identity.network
      batch = identity.batch
      resolution = identity.resolution
      width = identity.inputWidth
    }
  }

  struct Part: Sendable {
    /// Places among the network's convolutions.
    let layers: ClosedRange<Int>
    let row: MeasuredRow
    /// Unknown of fused blocks in older files.
    let members: [BlockLayers.Layer]?
    let name: String
  }

  let shape: Shape
  fileprivate(set) var parts: [Part] = []
}

/// Rows of layers as the runs that they are of.
public struct LayerRuns: Sendable {
  public private(set) var runs: [LayerRun] = []
  /// Rows that are no convolutions.
  public private(set) var skipped = 0
  private var last: (run: String, shape: LayerRun.Shape, layer: Int)?

  public init() {}

  /// Where the layers of a row are in their network.
  public struct Place: Hashable, Sendable {
    let shape: LayerRun.Shape
    /// Among the network's convolutions.
    public let layers: ClosedRange<Int>
  }

  /// Rows of a run follow one another, in the order of execution.
  ///
  /// - Returns: nil for what is no convolution.
  @discardableResult
  public mutating func add(_ row: LayerRow) -> Place? {
    let shape = LayerRun.Shape(row.identity)
    let isNext =
      last.map { $0.run == row.identity.run && $0.shape == shape && $0.layer < row.layer } ?? false
    if !isNext { runs.append(LayerRun(shape: shape)) }
    last = (row.identity.run, shape, row.layer)
    let members =
      row.problem.isEmpty
      ? row.block.layers : [BlockLayers.Layer(problem: row.problem, epilogue: row.epilogue)]
    let count = members.isEmpty ? Self.fusedCount(row) : members.count
    guard count > 0 else {
      skipped += 1
      return nil
    }
    let place = runs[runs.count - 1].parts.last.map { $0.layers.upperBound + 1 } ?? 0
    runs[runs.count - 1].parts.append(
      LayerRun.Part(
        layers: place...place + count - 1, row: MeasuredRow(row),
        members: members.isEmpty ? nil : members, name: row.name))
    return Place(shape: shape, layers: place...place + count - 1)
  }

  /// Of a row that does not say which layers it holds: `layers=3` of its configuration.
  private static func fusedCount(_ row: LayerRow) -> Int {
    guard row.kind == "fused" else { return 0 }
    let count = row.configuration.split(separator: ",").first { $0.hasPrefix("layers=") }
      .flatMap { Int($0.dropFirst("layers=".count)) }
    return count.map { (1...1000).contains($0) ? $0 : 1 } ?? 1
  }
}

/// Which layers have to be taken together so that runs that fuse them differently have rows in
/// common: the ranges of all fused blocks, overlapping ones united. A block of one run is compared
/// with the sum of the same layers of another.
public struct FusedBlocks: Sendable {
  fileprivate struct Network {
    var ranges: [ClosedRange<Int>] = []
    /// By place; what any run says.
    var members: [Int: BlockLayers.Layer] = [:]
    var names: [Int: String] = [:]
    /// Runs disagree on what a layer is: their places mean nothing.
    var isContradictory = false
  }

  private var networks: [LayerRun.Shape: Network] = [:]

  public init(_ runs: [LayerRun]) {
    for run in runs {
      for part in run.parts {
        networks[run.shape, default: Network()].add(part)
      }
    }
    for shape in networks.keys { networks[shape]?.unite() }
  }

  /// The layers at a place, where any run says what they are.
  public func members(_ place: LayerRuns.Place) -> [BlockLayers.Layer]? {
    networks[place.shape]?.known(place.layers)
  }

  /// A row per layer or united range of a run, in the order of execution.
  func rows(of run: LayerRun) -> [MeasuredRow] {
    guard let network = networks[run.shape], !network.ranges.isEmpty else {
      return run.parts.map(\.row)
    }
    if network.isContradictory {
      return run.parts.map {
        network.row([$0], members: $0.members, name: $0.name)
      }
    }
    var rows: [MeasuredRow] = []
    var open: [LayerRun.Part] = []
    for part in run.parts {
      guard let range = network.ranges.first(where: { $0.contains(part.layers.lowerBound) }) else {
        rows.append(part.row)
        continue
      }
      open.append(part)
      guard part.layers.upperBound >= range.upperBound else { continue }
      // A run that lacks a part of it cannot be compared in it.
      if open[0].layers.lowerBound == range.lowerBound {
        rows.append(
          network.row(open, members: network.known(range), name: network.name(of: range)))
      }
      open = []
    }
    return rows
  }
}

extension FusedBlocks.Network {
  fileprivate mutating func add(_ part: LayerRun.Part) {
    if part.layers.count > 1 || part.row.problem.isEmpty { ranges.append(part.layers) }
    for (place, member) in zip(part.layers, part.members ?? []) {
      if let known = members[place], known.problem != member.problem { isContradictory = true }
      members[place] = member
    }
    let ends = part.name.components(separatedBy: "..")
    names[part.layers.lowerBound] = ends.first
    names[part.layers.upperBound] = ends.last
  }

  fileprivate mutating func unite() {
    var united: [ClosedRange<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = united.last, last.upperBound >= range.lowerBound {
        united[united.count - 1] =
          last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        united.append(range)
      }
    }
    ranges = united
  }

  fileprivate func known(_ range: ClosedRange<Int>) -> [BlockLayers.Layer]? {
    let known = range.compactMap { members[$0] }
    return known.count == range.count && !isContradictory ? known : nil
  }

  fileprivate func name(of range: ClosedRange<Int>) -> String {
    "\(names[range.lowerBound] ?? "\(range.lowerBound)")..\(names[range.upperBound] ?? "\(range.upperBound)")"
  }

  /// The sum of some rows. Rows of one run have the same number of samples, of the same inferences;
  /// else there are none to trust.
  fileprivate func row(
    _ parts: [LayerRun.Part], members: [BlockLayers.Layer]?, name: String
  ) -> MeasuredRow {
    var row = parts[0].row
    guard parts.count > 1 || row.problem.isEmpty else { return row }
    let operations = parts.compactMap { part in part.row.gflops.map { $0 * part.row.ms } }
    for part in parts.dropFirst() {
      row.ms += part.row.ms
      row.samples =
        row.samples.count == part.row.samples.count ? zip(row.samples, part.row.samples).map(+) : []
      if part.row.validity.label > row.validity.label { row.validity = part.row.validity }
    }
    row.gflops = operations.count == parts.count ? operations.reduce(0, +) / row.ms : nil
    row.strategy = parts.map(\.row.strategy).joined(separator: BlockLayers.separator)
    row.configuration = parts.map(\.row.configuration).joined(separator: BlockLayers.separator)
    let block = members.map { BlockLayers($0) }
    // What nobody says of it is told by the network and its names.
    row.problem = block?.problem ?? "\(row.identity.network) \(name)"
    row.epilogue = block?.epilogue ?? ""
    return row
  }
}
