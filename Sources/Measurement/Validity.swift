import Base
import Foundation

/// Whether a result can be believed, and if not, why. Written as text wherever the result appears:
/// `valid`, `noisy: CV 7.2 %`, `invalid: steal 3.1 %; CV 7.2 %`.
public struct Validity: Hashable, Sendable {
  public enum Label: String, Sendable, Codable, CaseIterable, Comparable {
    case valid, noisy, invalid

    public static func < (left: Label, right: Label) -> Bool {
      allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
  }

  public private(set) var label: Label
  /// Each a few words with its number; empty for a valid result.
  public private(set) var reasons: [String]

  public init(_ label: Label, reasons: [String] = []) {
    self.label = label
    self.reasons = reasons
  }

  public static let valid = Validity(.valid)

  /// Applies `MeasurementRules` to samples and to what else was observed meanwhile.
  ///
  /// - Parameters:
  ///   - load: what the system did; nil where it was not read.
  ///   - speeds: speed probes taken among the samples.
  ///   - workers: threads that ran.
  public init(
    samples: [Nanoseconds], load: LoadChange? = nil, speeds: [Gflops] = [], workers: Int = 1
  ) {
    typealias Rules = MeasurementRules
    self = .valid
    if let steal = load?.steal, steal > Rules.invalidSteal {
      add(.invalid, "steal \(Self.percent(steal))")
    }
    if let throttles = load?.throttles, throttles > 0 {
      add(.invalid, "throttled \(throttles) times")
    }
    if let stops = load?.quotaStops, stops > 0 {
      let seconds = String(format: "%.2f", load?.quotaSeconds ?? 0)
      add(.invalid, "stopped \(stops) times by the control group's CPU limit, \(seconds) s")
    }
    if let fastest = speeds.max(), let slowest = speeds.min(), fastest > 0,
      1 - slowest / fastest > Rules.invalidSpeedDrift
    {
      add(.invalid, "speed drift \(Self.percent(1 - slowest / fastest))")
    }
    if samples.count > 1 {
      let times = samples.map(\.value)
      let variation = Statistics.variation(times)
      if variation > Rules.noisyVariation { add(.noisy, "CV \(Self.percent(variation))") }
      let spread = Statistics.interquartileRange(times) / Statistics.median(times)
      if spread > Rules.noisyInterquartileShare {
        add(.noisy, "IQR \(Self.percent(spread)) of the median")
      }
    }
    if let other = load?.otherLoad, other > Rules.noisyOtherLoad {
      add(.noisy, "other load \(Self.percent(other))")
    }
    if let load, load.switchesPerSecond > Rules.noisySwitchRate * Double(max(workers, 1)) {
      add(.noisy, "\(Int(load.switchesPerSecond)) involuntary context switches per second")
    }
  }

  /// Adds a reason; the label becomes the worse of both.
  public mutating func add(_ label: Label, _ reason: String) {
    self.label = max(self.label, label)
    reasons.append(reason)
  }

  private static func percent(_ share: Double) -> String {
    String(format: "%.1f %%", share * 100)
  }
}

extension Validity: LosslessStringConvertible, Codable {
  public var description: String {
    reasons.isEmpty ? label.rawValue : label.rawValue + ": " + reasons.joined(separator: "; ")
  }

  public init?(_ description: String) {
    let name = description.prefix { $0 != ":" }
    guard let label = Label(rawValue: String(name)) else { return nil }
    let rest = description.dropFirst(name.count + 1)
    self.init(
      label,
      reasons: rest.isEmpty
        ? []
        : rest.components(separatedBy: "; ").map {
          $0.trimmingCharacters(in: .whitespaces)
        })
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let validity = Validity(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "\"\(text.prefix(40))\" does not start with valid, noisy or invalid")
    }
    self = validity
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
