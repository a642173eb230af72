import Base
import Foundation
import KernelLibrary
import Topology
import Workers

/// Everything `convbench calibrate` finds out about a machine: written beside the store, by the
/// machine's id.
public struct MachineCalibration: Hashable, Sendable, Codable {
  public static let currentFormat = 1

  public struct Peak: Hashable, Sendable, Codable {
    public var instructionSet: InstructionSet
    public var threads: Int
    /// GFLOP/s of all workers together.
    public var gflops: Double
    /// Of worker 0, GHz, estimated (`ClockEstimate`).
    public var clockEstimate: Double
  }

  public struct Levels: Hashable, Sendable, Codable {
    public var threads: Int
    public var levels: [BandwidthProbe.Level]
  }

  public struct Barrier: Hashable, Sendable, Codable {
    public var threads: Int
    /// Nanoseconds of an empty parallel region, workers spinning: the median.
    public var spinning: Double
    /// The same with workers asleep.
    public var asleep: Double
  }

  public var format: Int
  public var toolVersion: String
  /// ISO 8601, UTC.
  public var time: String
  public var machine: MachineFingerprint
  /// Slowest instruction set first, then by threads.
  public var peaks: [Peak]
  /// Of the instruction set that `bandwidthInstructionSet` names.
  public var bandwidths: [Levels]
  public var bandwidthInstructionSet: InstructionSet
  public var barriers: [Barrier]
  /// nil where the samples could not tell.
  public var noise: NoiseFloor?
  /// Whether the machine was left alone meanwhile.
  public var validity: Validity

  /// Team sizes to measure: all up to 4, powers of two and the whole.
  static func teamSizes(upTo threads: Int) -> [Int] {
    (1...max(threads, 1)).filter { $0 <= 4 || $0 & ($0 - 1) == 0 || $0 == threads }
  }

  /// Takes about two seconds per team size.
  ///
  /// - Parameters:
  ///   - sets: the instruction sets, slowest first; bandwidths and noise are those of the last.
  ///   - isCancelled: asked between the parts; what is missing then is left out.
  public static func measure(
    sets: [Kernels], placement: Placement, machine: Machine, toolVersion: String,
    date: Date = Date(), isCancelled: () -> Bool = { false }
  ) throws -> MachineCalibration {
    let load = SystemLoad()
    let best = sets.last ?? .best
    var result = MachineCalibration(
      format: currentFormat, toolVersion: toolVersion, time: date.formatted(.iso8601),
      machine: machine.fingerprint, peaks: [], bandwidths: [],
      bandwidthInstructionSet: best.instructionSet, barriers: [], noise: nil, validity: .valid)
    for threads in teamSizes(upTo: placement.threads) where !isCancelled() {
      let pool = try WorkerPool.complete(placement.prefix(threads))
      defer { pool.shutdown() }
      for kernels in sets where !isCancelled() {
        result.peaks.append(
          Peak(
            instructionSet: kernels.instructionSet, threads: threads,
            gflops: FMAPeak.measure(kernels: kernels, pool: pool).value,
            clockEstimate: ClockEstimate.gigahertz(kernels: kernels)))
      }
      result.bandwidths.append(
        Levels(
          threads: threads,
          levels: BandwidthProbe.best(
            of: BandwidthProbe.levels(kernels: best, pool: pool, machine: machine))))
      if threads == placement.threads, !isCancelled() {
        result.noise = try NoiseFloor.measure(kernels: best, pool: pool, machine: machine)
      }
    }
    if !isCancelled() {
      result.barriers = try PoolBenchmark(placement: placement).rows.map {
        Barrier(threads: $0.threads, spinning: $0.median, asleep: $0.asleep)
      }
    }
    result.peaks = InstructionSet.allCases.flatMap { isa in
      result.peaks.filter { $0.instructionSet == isa }.sorted { $0.threads < $1.threads }
    }
    result.validity = Validity(
      samples: [], load: SystemLoad().since(load), workers: placement.threads)
    return result
  }

  /// `calibration-<machine id>.json` in the store's folder.
  public static func path(besideStore store: String, machine: MachineFingerprint) -> String {
    PathText.join(PathText.folder(of: store), "calibration-\(machine.id).json")
  }

  /// No calibration is longer.
  private static let byteLimit = 1 << 20

  /// What `convbench calibrate` wrote.
  ///
  /// - Throws: `FileError` for what is not there, or is none.
  public static func read(_ path: String) throws -> MachineCalibration {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileError("read", path, errno: errno)
    }
    defer { try? handle.close() }
    let data = try handle.read(upToCount: byteLimit + 1) ?? Data()
    guard data.count <= byteLimit, !JSONGuard.isDeeper(than: 16, data),
      let calibration = try? JSONDecoder().decode(MachineCalibration.self, from: data)
    else { throw FileError("\(path) is no calibration, which convbench calibrate writes") }
    return calibration
  }

  /// The file's text, a line per number.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
