import Base
import Foundation
import Measurement

/// What times are multiplied with before they are compared, so that machines of different sizes are
/// compared by what they make of what they have.
public struct Normalisation: Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// The FMA peak that was measured beside the run.
    case peak
    /// Cores that the workers ran on.
    case core
    /// The clock with the run's instruction set, as calibrated.
    case ghz
    /// The bandwidth of memory with as many threads, as calibrated.
    case gbs

    /// Of what the tables show.
    var unit: String {
      switch self {
      case .peak: "% of peak"
      case .core: "GFLOP/s/core"
      case .ghz: "FLOP/cycle"
      case .gbs: "FLOP/byte"
      }
    }

    var title: String {
      switch self {
      case .peak: "peak"
      case .core: "number of cores"
      case .ghz: "clock"
      case .gbs: "memory bandwidth"
      }
    }

    /// What rows need that it is known.
    var source: String {
      switch self {
      case .peak: "peak_gflops in the rows"
      case .core: "threads in the rows"
      case .ghz, .gbs: "a calibration-ID.json of the machine beside the rows"
      }
    }
  }

  public let kind: Kind
  private var calibrations: [String: MachineCalibration] = [:]

  /// - Parameter folders: where `calibration-ID.json` of the machines may be.
  /// - Throws: `FileError` for a file of that name that is none.
  public init(_ kind: Kind, folders: [String] = []) throws {
    self.kind = kind
    guard kind == .ghz || kind == .gbs else { return }
    for folder in folders {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names.sorted() where name.hasPrefix("calibration-") && name.hasSuffix(".json") {
        let calibration = try MachineCalibration.read(PathText.join(folder, name))
        calibrations[calibration.machine.id] = calibration
      }
    }
  }

  /// How much of it a row had; nil where nobody says.
  func capacity(_ row: MeasuredRow) -> Double? {
    let identity = row.identity
    let known: Double?
    switch kind {
    case .peak: known = row.peakGflops
    case .core:
      let threads = Double(identity.threads)
      known = identity.smt == true ? (threads / 2).rounded(.up) : threads
    case .ghz:
      let peaks = calibrations[identity.machineID]?.peaks.filter {
        $0.instructionSet.rawValue == identity.isa
      }
      known = (peaks?.first { $0.threads == identity.threads } ?? peaks?.last)?.clockEstimate
    case .gbs:
      known =
        calibrations[identity.machineID]?.bandwidths.first { $0.threads == identity.threads }?
        .levels.last?.load
    }
    return known.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
  }
}
