import Foundation

/// What surrounds a run besides the hardware: it may change times, and changes without a trace
/// otherwise. Everything is text, empty where this system does not tell.
public struct RunEnvironment: Hashable, Sendable, Codable {
  /// Such as `Linux 6.1.0`.
  public var kernel = ""
  /// Of the frequencies of the CPUs that run, such as `performance`; several with `+` between.
  public var governor = ""
  /// Whether clocks may exceed the nominal one: `on` or `off`.
  public var boost = ""
  /// Revision, as the kernel prints it.
  public var microcode = ""
  /// `none`, or what the machine is a guest of.
  public var hypervisor = ""
  /// Processes that ran or waited, over the last minute, when the run began.
  public var load: Double?

  public init() {}

  /// - Parameters:
  ///   - cpus: the hardware threads that run; empty for all.
  ///   - root: where `proc` and `sys` are, for tests.
  public init(machine: Machine, cpus: [Int], root: String = "") {
    kernel = machine.kernel
    let numbers = cpus.isEmpty ? machine.allowed.members : cpus
    let governors = Set(
      numbers.compactMap {
        Self.word("\(root)/sys/devices/system/cpu/cpu\($0)/cpufreq/scaling_governor")
      })
    governor = governors.sorted().joined(separator: "+")
    let noTurbo = Self.word("\(root)/sys/devices/system/cpu/intel_pstate/no_turbo")
    let boosts = Self.word("\(root)/sys/devices/system/cpu/cpufreq/boost")
    if let flag = boosts ?? noTurbo.map({ $0 == "0" ? "1" : "0" }) {
      boost = flag == "1" ? "on" : "off"
    }
    let cpuInfo = (try? String(contentsOfFile: "\(root)/proc/cpuinfo", encoding: .utf8)) ?? ""
    microcode = Self.value("microcode", cpuInfo) ?? ""
    hypervisor = Self.hypervisor(cpuInfo, root)
    load = Self.word("\(root)/proc/loadavg").flatMap { Double($0) }
  }

  private static func hypervisor(_ cpuInfo: String, _ root: String) -> String {
    if let type = word("\(root)/sys/hypervisor/type") { return type }
    let flags = (value("flags", cpuInfo) ?? "").split(separator: " ")
    guard flags.contains("hypervisor") else { return flags.isEmpty ? "" : "none" }
    let names = ["sys_vendor", "product_name"].compactMap {
      line("\(root)/sys/class/dmi/id/\($0)")
    }
    return names.isEmpty ? "unknown" : names.joined(separator: " ")
  }

  /// The first word of a file.
  private static func word(_ path: String) -> String? {
    line(path)?.split(separator: " ").first.map(String.init)
  }

  /// The first line of a file, printable ASCII; nil where it is empty.
  private static func line(_ path: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let first = text.split(whereSeparator: \.isNewline).first
    else { return nil }
    let plain = first.unicodeScalars.filter { (0x20..<0x7f).contains($0.value) }.prefix(80)
    let line = String(String.UnicodeScalarView(plain)).trimmingCharacters(in: .whitespaces)
    return line.isEmpty ? nil : line
  }

  private static func value(_ key: String, _ cpuInfo: String) -> String? {
    for line in cpuInfo.split(separator: "\n") {
      let sides = line.split(separator: ":", maxSplits: 1)
      if sides.count == 2, sides[0].trimmingCharacters(in: .whitespaces) == key {
        return sides[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }
}
