import Base
import Foundation
import Measurement

/// The limits of several machines side by side, as each was calibrated: why one is faster.
public struct LimitsTable: Sendable {
  struct Row: Sendable {
    let title: String
    let unit: String
    /// By machine; nil where it was not measured.
    let values: [Double?]
    /// Whether more is better; of a barrier less is.
    var isGain = true
  }

  public let machines: [MachineCalibration]
  let rows: [Row]

  /// - Parameter machines: the first is what the others are compared with.
  public init(_ machines: [MachineCalibration]) {
    self.machines = machines
    var rows: [Row] = []
    for set in Self.distinct(machines.flatMap(\.peaks).map(\.instructionSet)) {
      for threads in Self.teams(machines.map { $0.peaks.map(\.threads) }) {
        rows.append(
          Row(
            title: "FMA peak, \(set.title), \(threads.title)", unit: "GFLOP/s",
            values: machines.map { machine in
              let peaks = machine.peaks.filter { $0.instructionSet == set }
              return peaks.first { $0.threads == threads.count(peaks.map(\.threads)) }?.gflops
            }))
      }
      rows.append(
        Row(
          title: "clock in \(set.title), estimate", unit: "GHz",
          values: machines.map { machine in
            machine.peaks.last { $0.instructionSet == set }?.clockEstimate
          }))
    }
    for level in Self.distinct(machines.flatMap(\.bandwidths).flatMap(\.levels).map(\.name)) {
      for threads in Self.teams(machines.map { $0.bandwidths.map(\.threads) }) {
        rows.append(
          Row(
            title: "\(level) loads, \(threads.title)", unit: "GB/s",
            values: machines.map { machine in
              let count = threads.count(machine.bandwidths.map(\.threads))
              return machine.bandwidths.first { $0.threads == count }?.levels
                .first { $0.name == level }?.load
            }))
      }
    }
    rows.append(
      Row(
        title: "barrier, spinning, all threads", unit: "ns",
        values: machines.map { $0.barriers.max { $0.threads < $1.threads }?.spinning },
        isGain: false))
    rows.append(
      Row(
        title: "barrier, asleep, all threads", unit: "ns",
        values: machines.map { $0.barriers.max { $0.threads < $1.threads }?.asleep },
        isGain: false))
    rows.append(
      Row(
        title: "FMA peak over memory loads, all threads", unit: "FLOP/byte",
        values: machines.map { machine in
          guard let peak = machine.peaks.map(\.gflops).max(),
            let memory = machine.bandwidths.max(by: { $0.threads < $1.threads })?.levels.last?.load,
            memory > 0
          else { return nil }
          return peak / memory
        }))
    rows.append(
      Row(
        title: "noise between interleaved series", unit: "%",
        values: machines.map { $0.noise.map { 100 * $0.interleaved } }, isGain: false))
    self.rows = rows.filter { $0.values.contains { $0 != nil } }
  }

  /// In the order of first appearance.
  private static func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }

  /// One thread, and all that a machine has: what machines of different sizes have in common.
  private enum Team {
    case one, all

    var title: String { self == .one ? "1 thread" : "all threads" }

    func count(_ counts: [Int]) -> Int? { self == .one ? 1 : counts.max() }
  }

  private static func teams(_ counts: [[Int]]) -> [Team] {
    counts.contains { ($0.max() ?? 1) > 1 } ? [.one, .all] : [.one]
  }
}

extension LimitsTable: CustomStringConvertible {
  public var description: String {
    let letters = machines.indices.map { $0 < 26 ? String(UnicodeScalar(UInt8(65 + $0))) : "\($0)" }
    var table = TextTable(
      [.left("limit"), .left("unit")] + letters.map { .right($0) }
        + letters.dropFirst().map { .right("\($0)/A") })
    for row in rows {
      let base = row.values[0]
      table.add(
        [row.title, row.unit]
          + row.values.map { $0.map { NumberText.significant($0, digits: 3) } ?? "–" }
          + row.values.dropFirst().map { value in
            guard let value, let base, base > 0 else { return "–" }
            return NumberText.fixed(value / base, decimals: 2) + (row.isGain ? "" : " ↓")
          })
    }
    var lines = zip(letters, machines).map { letter, machine in
      "\(letter)  \(machine.machine.name): \(machine.machine["cpu"] ?? "unknown CPU")"
        + "; \(machine.validity)"
    }
    lines += ["", table.description]
    if rows.contains(where: { !$0.isGain }) { lines.append("↓ less is better") }
    return lines.joined(separator: "\n")
  }
}
