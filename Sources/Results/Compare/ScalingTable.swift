import Base
import Measurement

/// What more threads, larger batches and other instruction sets bring: every setting against the
/// first of its kind that differs in nothing else.
public struct ScalingTable: Sendable {
  /// One measurement.
  public struct Point: Sendable {
    /// A network or a problem, with all else that is not swept.
    public var subject: String
    public var isa: String
    public var batch: Int
    public var threads: Int
    /// Of a batch, the median.
    public var ms: Double
    public var samples: [Double]
    public var validity: Validity.Label

    public init(
      subject: String, isa: String, batch: Int, threads: Int, ms: Double, samples: [Double] = [],
      validity: Validity.Label = .valid
    ) {
      self.subject = subject
      self.isa = isa
      self.batch = batch
      self.threads = threads
      self.ms = ms
      self.samples = samples
      self.validity = validity
    }

    public init(_ row: NetworkRow) {
      let identity = row.identity
      self.init(
        subject: identity.network, isa: identity.isa, batch: identity.batch,
        threads: identity.threads,
        ms: row.medianMs, samples: row.samplesMs.values, validity: row.validity.label)
    }
  }

  public struct Row: Sendable {
    public let point: Point
    /// How many times as fast as with the fewest threads; nil for those, and where no other number
    /// was measured.
    public let speedUp: MedianRatio?
    /// Of the fewest threads' to those of this.
    public let threadFactor: Double
    /// How many times as fast an image is as in the smallest batch.
    public let batchGain: MedianRatio?
    /// How many times as fast as with the first instruction set.
    public let setGain: MedianRatio?

    /// Speed-up over how many times the threads: 1 is perfect.
    public var efficiency: Double? { speedUp.map { $0.ratio / threadFactor } }
    public var msPerImage: Double { point.ms / Double(max(point.batch, 1)) }
  }

  public private(set) var rows: [Row] = []

  /// - Parameter points: in the order of the table; of two of one setting the last counts.
  public init(_ points: [Point]) {
    var seen: [String: Int] = [:]
    var unique: [Point] = []
    for point in points {
      let key = "\(point.subject)\n\(point.isa)\n\(point.batch)\n\(point.threads)"
      if let place = seen[key] {
        unique[place] = point
      } else {
        seen[key] = unique.count
        unique.append(point)
      }
    }
    rows = unique.map { point in
      let alike = unique.filter { $0.subject == point.subject }
      let fewest = alike.filter { $0.isa == point.isa && $0.batch == point.batch }
        .min { $0.threads < $1.threads }
      let smallest = alike.filter { $0.isa == point.isa && $0.threads == point.threads }
        .min { $0.batch < $1.batch }
      let first = alike.first { $0.batch == point.batch && $0.threads == point.threads }
      return Row(
        point: point,
        speedUp: fewest.flatMap { $0.threads < point.threads ? Self.gain($0, point) : nil },
        threadFactor: Double(point.threads) / Double(max(fewest?.threads ?? point.threads, 1)),
        batchGain: smallest.flatMap { $0.batch < point.batch ? Self.gain($0, point) : nil },
        setGain: first.flatMap { $0.isa != point.isa ? Self.gain($0, point) : nil })
    }
  }

  /// By the time of an image.
  private static func gain(_ base: Point, _ other: Point) -> MedianRatio? {
    let images = Double(other.batch) / Double(max(base.batch, 1))
    return MedianRatio(
      base.samples.isEmpty ? [base.ms] : base.samples,
      over: other.samples.isEmpty ? [other.ms] : other.samples, ratio: base.ms / other.ms * images)
  }

  /// Whether anything was swept that this table is about.
  public var isEmpty: Bool {
    rows.allSatisfy { $0.speedUp == nil && $0.batchGain == nil && $0.setGain == nil }
  }
}

extension ScalingTable: CustomStringConvertible {
  public var description: String {
    func varies(_ value: (Point) -> String) -> Bool {
      Set(rows.map { value($0.point) }).count > 1
    }
    let (sets, batches, threads) = (
      varies(\.isa), varies { "\($0.batch)" }, varies { "\($0.threads)" }
    )
    var columns: [TextTable.Column] = [.left("what")]
    if sets { columns.append(.left("isa")) }
    if batches { columns.append(.right("batch")) }
    if threads { columns.append(.right("threads")) }
    columns += batches ? [.right("ms/image"), .right("gain/image")] : [.right("ms")]
    if threads { columns += [.right("speed-up"), .right("efficiency")] }
    if sets { columns.append(.right("over \(rows.first?.point.isa ?? "")")) }
    columns.append(.left(""))
    var table = TextTable(columns)
    for row in rows {
      var cells = [row.point.subject]
      if sets { cells.append(row.point.isa) }
      if batches { cells.append("\(row.point.batch)") }
      if threads { cells.append("\(row.point.threads)") }
      cells.append(NumberText.milliseconds(batches ? row.msPerImage : row.point.ms))
      if batches { cells.append(Self.text(row.batchGain)) }
      if threads {
        cells += [
          Self.text(row.speedUp),
          row.efficiency.map { NumberText.percent($0) } ?? "–",
        ]
      }
      if sets { cells.append(Self.text(row.setGain)) }
      cells.append(Self.mark(row.point.validity))
      table.add(cells)
    }
    var notes: [String] = []
    if threads {
      notes.append("speed-up: over the fewest threads; efficiency: that over the threads' ratio")
    }
    if batches { notes.append("gain/image: an image's speed over that in the smallest batch") }
    if rows.contains(where: { $0.point.validity != .valid }) {
      notes.append("≈ a noisy run, ! an invalid one")
    }
    return ([table.description] + notes).joined(separator: "\n")
  }

  private static func mark(_ validity: Validity.Label) -> String {
    switch validity {
    case .valid: ""
    case .noisy: "≈"
    case .invalid: "!"
    }
  }

  /// Such as `1.93 ±0.02`; the base of a comparison has a dash.
  private static func text(_ ratio: MedianRatio?) -> String {
    guard let ratio else { return "–" }
    let value = NumberText.fixed(ratio.ratio, decimals: 2)
    guard let interval = ratio.interval else { return value }
    return value + " ±" + NumberText.fixed((interval.high - interval.low) / 2, decimals: 2)
  }
}
