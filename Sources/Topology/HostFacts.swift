import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// What the operating system says about itself and the CPU, for where hwloc does not.
package struct HostFacts {
  package var cpuModel: String?
  package var vendor: String?
  package var architecture: String?
  package var hostName: String?
  package var systemName: String?
  package var systemRelease: String?

  package init() {}

  package static func read() -> HostFacts {
    var facts = HostFacts()
    if let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) {
      facts.readCPUInfo(text)
    }
    var names = utsname()
    if uname(&names) == 0 {
      facts.architecture = text(of: names.machine)
      facts.hostName = text(of: names.nodename)
      facts.systemName = text(of: names.sysname)
      facts.systemRelease = text(of: names.release)
    }
    return facts
  }

  /// Takes model and vendor from `/proc/cpuinfo`. arm64 kernels print numbers instead of a name.
  package mutating func readCPUInfo(_ text: String) {
    var values: [Substring: String] = [:]
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = line[..<colon].trimmingCharacters(in: .whitespaces)
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      if values[key[...]] == nil, !value.isEmpty { values[key[...]] = value }
    }
    vendor = values["vendor_id"] ?? values["CPU implementer"].map { "implementer \($0)" }
    cpuModel = values["model name"] ?? values["cpu model"]
    if cpuModel == nil, let part = values["CPU part"] {
      cpuModel = "CPU implementer \(values["CPU implementer"] ?? "?") part \(part)"
    }
  }

  /// The text in one of `utsname`'s fixed arrays, which Swift sees as tuples.
  private static func text(of field: some Any) -> String? {
    withUnsafeBytes(of: field) { bytes in
      let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      return text.isEmpty ? nil : text
    }
  }
}
