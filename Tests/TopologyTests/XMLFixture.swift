import Foundation
import Topology

/// A made-up machine in hwloc's XML, for what synthetic texts cannot say: cores that differ, CPUs
/// that are not allowed, a CPU model.
struct XMLFixture {
  /// A cluster is the cores that share one L2.
  struct Cluster {
    var cores: Int
    var threadsPerCore: Int
    var l2KiB: Int
  }

  var clusters: [Cluster]
  /// Share one L3; nil leaves it out.
  var l3MiB: Int? = 24
  /// CPUs by kind, slowest first.
  var kinds: [[Int]] = []
  var allowed: [Int]?
  var model = "12th Gen Intel(R) Core(TM) i7-12700K"
  var vendor = "GenuineIntel"

  /// Eight cores with SMT and an L2 each, then four small ones around one L2.
  static let hybrid = XMLFixture(
    clusters: Array(repeating: Cluster(cores: 1, threadsPerCore: 2, l2KiB: 1280), count: 8)
      + [Cluster(cores: 4, threadsPerCore: 1, l2KiB: 2048)],
    kinds: [Array(16..<20), Array(0..<16)])

  func machine() throws -> Machine {
    let path = NSTemporaryDirectory() + "convbench-\(UUID().uuidString).xml"
    try xml.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try Machine(xmlFile: path)
  }

  var xml: String {
    var identifier = 1
    func attributes(_ type: String, _ cpus: [Int]) -> String {
      identifier += 1
      return "type=\"\(type)\" gp_index=\"\(identifier)\" cpuset=\"\(mask(cpus))\" "
        + "complete_cpuset=\"\(mask(cpus))\" nodeset=\"0x1\" complete_nodeset=\"0x1\""
    }
    func cache(_ level: Int, _ kib: Int, _ cpus: [Int], _ inside: String) -> String {
      "<object \(attributes("L\(level)Cache", cpus)) cache_size=\"\(kib << 10)\" "
        + "depth=\"\(level)\" cache_linesize=\"64\" cache_associativity=\"8\" "
        + "cache_type=\"\(level == 1 ? 1 : 0)\">\(inside)</object>"
    }
    var cpu = 0
    var core = 0
    var body = ""
    for cluster in clusters {
      var cores = ""
      let first = cpu
      for _ in 0..<cluster.cores {
        let cpus = Array(cpu..<cpu + cluster.threadsPerCore)
        let units = cpus.map {
          "<object \(attributes("PU", [$0])) os_index=\"\($0)\"/>"
        }.joined()
        cores += cache(
          1, 32, cpus, "<object \(attributes("Core", cpus)) os_index=\"\(core)\">\(units)</object>")
        cpu += cluster.threadsPerCore
        core += 1
      }
      body += cache(2, cluster.l2KiB, Array(first..<cpu), cores)
    }
    let all = Array(0..<cpu)
    if let l3MiB { body = cache(3, l3MiB << 10, all, body) }
    let ranked = kinds.enumerated().map {
      "<cpukind cpuset=\"\(mask($0.element))\" forced_efficiency=\"\($0.offset)\"/>"
    }.joined()
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE topology SYSTEM "hwloc2.dtd">
      <topology version="2.0">
      <object \(attributes("Machine", all)) os_index="0" allowed_cpuset="\(mask(allowed ?? all))" \
      allowed_nodeset="0x1"><info name="Architecture" value="x86_64"/>
      <object \(attributes("Package", all)) os_index="0">
      <info name="CPUModel" value="\(model)"/><info name="CPUVendor" value="\(vendor)"/>
      <object \(attributes("NUMANode", all)) os_index="0" local_memory="34359738368"/>
      \(body)
      </object></object>
      \(ranked)
      </topology>
      """
  }

  private func mask(_ cpus: [Int]) -> String {
    "0x" + String(cpus.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }, radix: 16)
  }
}

extension Machine {
  /// The same machine with fields of its JSON replaced: what cannot be made to happen here.
  func replacing(_ fields: [String: Any]) throws -> Machine {
    let data = try JSONEncoder().encode(self)
    var object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    object.merge(fields) { $1 }
    return try JSONDecoder().decode(
      Machine.self, from: JSONSerialization.data(withJSONObject: object))
  }
}
