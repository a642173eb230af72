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

  /// As far as it is known: without a fingerprint, cores alone.
  var shape: MachineShape { fingerprint?.shape ?? MachineShape(cores: cores) }
}
