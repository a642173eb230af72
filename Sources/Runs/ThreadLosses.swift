import Base
import Measurement

/// Steps of a network that take longer with more threads than with the fewest that were measured:
/// what is so small that waking workers and moving lines between their caches costs more than they
/// gain.
public struct ThreadLosses: Sendable, CustomStringConvertible {
  /// A run's steps.
  public struct Profile: Sendable {
    /// The network with all else that is equal when runs are compared.
    public let subject: String
    public let threads: Int
    public let layers: [LayerTiming]

    public init(subject: String, threads: Int, layers: [LayerTiming]) {
      self.subject = subject
      self.threads = threads
      self.layers = layers
    }
  }

  public struct Loss: Sendable {
    public let subject: String
    public let layer: String
    public let fewest: Int
    public let threads: Int
    /// The time with more threads over that with the fewest, its whole interval above 1.
    public let slowdown: MedianRatio
    /// What it costs an inference.
    public let lost: Nanoseconds
  }

  /// Those that cost most first.
  public let losses: [Loss]

  public init(_ profiles: [Profile]) {
    losses = profiles.flatMap { profile -> [Loss] in
      let fewest = profiles.filter { $0.subject == profile.subject }
        .min { $0.threads < $1.threads }
      guard let fewest, fewest.threads < profile.threads else { return [] }
      return profile.layers.compactMap { layer in
        guard let before = fewest.layers.first(where: { $0.name == layer.name }),
          let slowdown = MedianRatio(
            layer.samples, over: before.samples, ratio: layer.ms / before.ms),
          let interval = slowdown.interval, interval.low > 1
        else { return nil }
        return Loss(
          subject: profile.subject, layer: layer.name, fewest: fewest.threads,
          threads: profile.threads, slowdown: slowdown,
          lost: .milliseconds(layer.ms - before.ms))
      }
    }
    .sorted { $0.lost > $1.lost }
  }

  public init(_ reports: [RunReport]) {
    self.init(
      reports.map {
        let i = $0.identity
        return Profile(
          subject: "\(i.network), batch \(i.batch), \(i.isa)", threads: i.threads,
          layers: $0.layers)
      })
  }

  private static let shown = 10

  /// A line each; empty where there is none.
  public var description: String {
    guard !losses.isEmpty else { return "" }
    var table = TextTable([
      .left("slower with more threads"), .left("layer"), .right("threads"), .right("time ×"),
      .right("costs ms"),
    ])
    for loss in losses.prefix(Self.shown) {
      table.add([
        loss.subject, loss.layer, "\(loss.fewest) → \(loss.threads)",
        NumberText.fixed(loss.slowdown.ratio, decimals: 2),
        NumberText.milliseconds(loss.lost.milliseconds),
      ])
    }
    let more = losses.count - Self.shown
    return "\(table)" + (more > 0 ? "\n\(more) more, each of which costs less" : "")
  }
}
