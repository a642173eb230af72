import Measurement
import Topology

/// A machine as far as the files tell: rows carry its name, CPU and cores; calibrations and plans
/// its whole fingerprint.
struct ReportMachine {
  var id: String
  var name: String
  /// A letter for charts.
  var tag = ""
  var cpu: String
  var cores: Int
  /// Field by field; nil where only rows speak of it.
  var fingerprint: MachineFingerprint?
  var calibration: MachineCalibration?

  /// Sorted by name; where two have one name, their ids are added.
  static func all(_ folder: ResultsFolder, here: MachineFingerprint?) -> [ReportMachine] {
    var machines: [String: ReportMachine] = [:]
    for identity in folder.networks.map(\.identity) + folder.layers.map(\.identity)
      + folder.benches.map(\.identity)
    where machines[identity.machineID] == nil {
      machines[identity.machineID] = ReportMachine(
        id: identity.machineID, name: identity.machine, cpu: identity.cpu, cores: identity.cores)
    }
    func note(_ fingerprint: MachineFingerprint) {
      var machine =
        machines[fingerprint.id]
        ?? ReportMachine(
          id: fingerprint.id, name: fingerprint.name,
          cpu: fingerprint["cpu"] ?? "", cores: 0)
      machine.fingerprint = fingerprint
      machines[fingerprint.id] = machine
    }
    for plan in folder.plans { note(plan.machine) }
    for calibration in folder.calibrations.sorted(by: { $0.time < $1.time }) {
      note(calibration.machine)
      machines[calibration.machine.id]?.calibration = calibration
    }
    if let here, machines[here.id] != nil { note(here) }
    var sorted = machines.values.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    let names = Dictionary(grouping: sorted, by: \.name)
    for index in sorted.indices where (names[sorted[index].name]?.count ?? 0) > 1 {
      sorted[index].name += " (\(sorted[index].id.prefix(6)))"
    }
    for index in sorted.indices { sorted[index].tag = letter(index) }
    return sorted
  }

  /// A to Z, then M27 and so on.
  private static func letter(_ index: Int) -> String {
    index < 26 ? String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index))) : "M\(index + 1)"
  }

  /// Caches as the fingerprint states them, outermost first.
  var caches: [Cache] {
    (fingerprint?["caches"] ?? "").split(separator: ",").compactMap { Cache(String($0)) }
  }

  /// Equal caches of a machine: `8 × L3 32 MiB for 8 cores`.
  struct Cache: Equatable {
    var count: Int
    var name: String
    var size: String
    /// Cores that share one.
    var sharers: Int

    init?(_ text: String) {
      let words = text.split(separator: " ").map(String.init)
      guard words.count >= 7, words[1] == "×", let count = Int(words[0]), count > 0 else {
        return nil
      }
      self.count = count
      name = words[2]
      size = "\(words[3]) \(words[4])"
      sharers = words[5] == "for" ? max(1, Int(words[6]) ?? 1) : 1
    }
  }
}
