import Measurement

/// The comparisons of one kind, with and without load apart, against what is asked of them.
public struct ControlSummary: Hashable, Sendable {
  /// The same candidate twice may be called different in this share of comparisons.
  public static let falseAlarms = 0.05
  /// A slowed one must be found in this share.
  public static let detections = 0.90
  /// From so many comparisons on the share itself must be within its bound; fewer only must not
  /// contradict it.
  public static let conclusive = 200

  public let kind: Controls.Kind
  public let isLoaded: Bool
  public let count: Int
  /// Called different, and for slowed ones the right way round.
  public let called: Int
  /// Of the slowed candidate's time over the plain one's.
  public let medianRatio: Double
  public let seconds: Double

  public init(_ comparisons: [Controls.Comparison], kind: Controls.Kind, isLoaded: Bool) {
    let own = comparisons.filter { $0.kind == kind && $0.isLoaded == isLoaded }
    self.kind = kind
    self.isLoaded = isLoaded
    count = own.count
    called = own.count { kind == .same ? $0.isDifferent : $0.isDetected }
    medianRatio = Statistics.median(own.map(\.ratio))
    seconds = own.reduce(0) { $0 + $1.seconds }
  }

  public var share: Double { count > 0 ? Double(called) / Double(count) : .nan }
  /// 95 %.
  public var interval: Interval { Statistics.wilsonInterval(called, of: count) }

  /// Whether the bound holds, or for few comparisons may hold.
  public var passes: Bool {
    let isConclusive = count >= Self.conclusive
    return switch kind {
    case .same: (isConclusive ? share : interval.low) <= Self.falseAlarms
    case .slowed: (isConclusive ? share : interval.high) >= Self.detections
    }
  }
}
