import Foundation
import Measurement
import Testing
import Topology

@testable import Benchmarks

@Suite struct LimitsTableTests {
  /// As a file has it.
  private static func calibration(
    _ cpu: String, threads: [Int], peak: Double, barrier: Double
  ) throws -> MachineCalibration {
    let fingerprint = try JSONEncoder().encode(
      MachineFingerprint(fields: [.init(name: "cpu", value: cpu)]))
    func list(_ entry: (Int) -> String) -> String { threads.map(entry).joined(separator: ",") }
    let peaks = list {
      #"{"instructionSet":"avx2","threads":\#($0),"gflops":\#(peak * Double($0)),"clockEstimate":3}"#
    }
    let levels = list {
      #"{"threads":\#($0),"levels":[{"name":"memory","bytesPerWorker":1,"load":\#(20 * $0),"copy":1}]}"#
    }
    let barriers = list {
      #"{"threads":\#($0),"spinning":\#(barrier),"asleep":\#(10 * barrier)}"#
    }
    let text = """
      {"format":1,"toolVersion":"x","time":"2026-01-01T00:00:00Z","peaks":[\(peaks)],
      "machine":\(String(decoding: fingerprint, as: UTF8.self)),"bandwidths":[\(levels)],
      "bandwidthInstructionSet":"avx2","barriers":[\(barriers)],"validity":"valid"}
      """
    return try JSONDecoder().decode(MachineCalibration.self, from: Data(text.utf8))
  }

  /// Machines of different sizes have one thread and all of theirs in common.
  @Test func sideBySide() throws {
    let table = try LimitsTable([
      Self.calibration("a", threads: [1, 2], peak: 100, barrier: 100),
      Self.calibration("b", threads: [1, 2, 3, 4], peak: 50, barrier: 300),
    ])
    let rows = Dictionary(uniqueKeysWithValues: table.rows.map { ($0.title, $0.values) })
    #expect(rows["FMA peak, AVX2, 1 thread"] == [100, 50])
    #expect(rows["FMA peak, AVX2, all threads"] == [200, 200])
    #expect(rows["memory loads, all threads"] == [40, 80])
    #expect(rows["FMA peak over memory loads, all threads"] == [5, 2.5])
    #expect(rows["noise between interleaved series"] == nil)
    let text = table.description
    #expect(text.contains("B/A") && text.contains("0.50") && text.contains("3.00 ↓"))
  }

  @Test func oneMachineHasNoQuotient() throws {
    let table = try LimitsTable([Self.calibration("a", threads: [1], peak: 100, barrier: 1)])
    #expect(!table.description.contains("/A"))
  }
}
