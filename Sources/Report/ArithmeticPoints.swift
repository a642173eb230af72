import Convolution
import Foundation
import KernelLibrary

/// A way to multiply less, on one problem: what it saves on paper, and in time.
struct ArithmeticPoint {
  /// A strategy that multiplies less, or the pair of convolutions that MobileNet has instead.
  struct Kind: Hashable {
    let name: String
    let mark: ChartMark

    static let pair = Kind(name: "depthwise + pointwise", mark: StrategyStyle.depthwisePair)

    /// In the order of listings, the pair last.
    static let all = StrategyTable.names.map(strategy) + [pair]

    static func strategy(_ name: String) -> Kind {
      Kind(name: name, mark: StrategyStyle.mark(name))
    }
  }

  var kind: Kind
  /// The convolution that is replaced.
  var problem: ConvolutionProblem
  /// Such as `F(4, 3)` or `rank 96`.
  var detail: String
  var machine: String
  var threads: Int
  var isa: String
  /// Multiplications of direct convolution over those of this.
  var saved: Double
  /// Time of direct convolution over that of this.
  var gained: Double
  var directMs: Double
  var ms: Double
  /// Of the most doubtful of its times.
  var mark: String

  /// From all timings in the folder, in a fixed order.
  static func all(_ data: ReportData) -> [ArithmeticPoint] {
    let timings = ArithmeticTimings(data)
    var points: [ArithmeticPoint] = []
    for (place, problems) in timings.byPlace.sorted(by: { $0.key < $1.key }) {
      for (problem, times) in problems {
        guard let direct = times[StrategyTable.general.name] else { continue }
        for strategy in StrategyTable.all {
          guard let timing = times[strategy.name],
            let saving = strategy.saving(of: problem, recorded: timing.configuration)
          else { continue }
          points.append(
            ArithmeticPoint(
              .strategy(strategy.name), problem, saving.name, place,
              saved: (problem.work / 2) / saving.multiplications, direct: direct, [timing]))
        }
        if problem.inputChannels > 1, let (first, second) = DepthwisePair.replacing(problem),
          let depthwise = problems[first]?.values.min(by: { $0.ms < $1.ms }),
          let pointwise = problems[second]?.values.min(by: { $0.ms < $1.ms })
        {
          let count = (first.work + second.work) / 2
          points.append(
            ArithmeticPoint(
              .pair, problem, "\(first) + \(second)", place,
              saved: (problem.work / 2) / count, direct: direct,
              [depthwise, pointwise]))
        }
      }
    }
    return points.sorted {
      (order($0.kind), -$0.saved, "\($0.problem)", $0.machine, $0.threads, $0.isa)
        < (order($1.kind), -$1.saved, "\($1.problem)", $1.machine, $1.threads, $1.isa)
    }
  }

  private static func order(_ kind: Kind) -> Int { Kind.all.firstIndex(of: kind) ?? 0 }

  private init(
    _ kind: Kind, _ problem: ConvolutionProblem, _ detail: String, _ place: ArithmeticTimings.Place,
    saved: Double, direct: ArithmeticTimings.Timing, _ others: [ArithmeticTimings.Timing]
  ) {
    self.kind = kind
    self.problem = problem
    self.detail = detail
    machine = place.machine
    threads = place.threads
    isa = place.isa
    self.saved = saved
    ms = others.reduce(0) { $0 + $1.ms }
    gained = direct.ms / ms
    directMs = direct.ms
    mark = ReportText.worst(others.map(\.mark) + [direct.mark])
  }
}

/// The fastest time of every strategy on every problem, per machine, team and cache state.
struct ArithmeticTimings {
  struct Place: Hashable, Comparable {
    var machine: String
    var threads: Int
    var isa: String
    /// Only times taken in the same way are compared.
    var state: String

    static func < (left: Place, right: Place) -> Bool {
      (left.machine, left.threads, left.isa, left.state)
        < (right.machine, right.threads, right.isa, right.state)
    }
  }

  struct Timing {
    var ms: Double
    var configuration: Configuration
    /// As `ReportData.Run.mark`.
    var mark: String
  }

  private(set) var byPlace: [Place: [ConvolutionProblem: [String: Timing]]] = [:]

  /// Benches, and layers of networks that ran with one strategy and with another: the same layer
  /// each, for elsewhere the caches differ. Plans are left out: they have the time of direct
  /// convolution only where it came in first or second.
  init(_ data: ReportData) {
    for row in data.folder.benches where row.ms > 0 && row.ms < 1e9 {
      guard let problem = try? ConvolutionProblem(descriptor: row.problem),
        let configuration = Configuration(row.configuration)
      else { continue }
      add(
        Place(
          machine: row.identity.machineID, threads: row.identity.threads, isa: row.identity.isa,
          state: row.cache), problem, row.strategy,
        Timing(ms: row.ms, configuration: configuration, mark: ReportText.mark("\(row.validity)")))
    }
    for layer in data.layers where layer.ms > 0 {
      guard let problem = layer.problem, let configuration = Configuration(layer.configuration)
      else { continue }
      add(
        Place(
          machine: layer.series.machine, threads: layer.series.threads, isa: layer.series.isa,
          state: "\(layer.network.name) \(layer.name)"), problem, layer.strategy,
        Timing(ms: layer.ms, configuration: configuration, mark: layer.mark))
    }
  }

  private mutating func add(
    _ place: Place, _ problem: ConvolutionProblem, _ strategy: String, _ timing: Timing
  ) {
    if let known = byPlace[place]?[problem]?[strategy], known.ms <= timing.ms { return }
    byPlace[place, default: [:]][problem, default: [:]][strategy] = timing
  }
}
