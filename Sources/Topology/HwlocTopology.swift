import CHwloc
import Foundation

/// An owned, loaded hwloc topology and the few reads that need its C types.
///
/// Invariants: `handle` is loaded and never modified after `init`, so it may be read from any
/// thread; object pointers do not outlive the instance; every bitmap made here is freed here.
final class HwlocTopology: @unchecked Sendable {
  enum Source {
    case thisSystem
    case xml(String)
    case synthetic(String)
  }

  let handle: hwloc_topology_t

  init(_ source: Source) throws {
    var created: hwloc_topology_t?
    guard hwloc_topology_init(&created) == 0, let topology = created else {
      throw TopologyError("hwloc could not start: \(String(cString: strerror(errno)))")
    }
    do {
      try Self.configure(topology, source)
    } catch {
      hwloc_topology_destroy(topology)
      throw error
    }
    handle = topology
  }

  deinit {
    hwloc_topology_destroy(handle)
  }

  private static func configure(_ topology: hwloc_topology_t, _ source: Source) throws {
    switch source {
    case .thisSystem: break
    case .xml(let path):
      Self.useQuietParser
      guard hwloc_topology_set_xml(topology, path) == 0 else {
        throw TopologyError("\(path): not an hwloc XML topology (lstopo machine.xml writes one)")
      }
    case .synthetic(let text):
      guard hwloc_topology_set_synthetic(topology, text) == 0 else {
        throw syntheticError(text)
      }
    }
    // The whole machine is described; what of it is allowed is a separate set.
    hwloc_topology_set_flags(topology, UInt(HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED.rawValue))
    hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL)
    guard hwloc_topology_load(topology) == 0 else {
      switch source {
      case .thisSystem:
        throw TopologyError("hwloc cannot read this machine: \(String(cString: strerror(errno)))")
      case .xml(let path):
        throw TopologyError("\(path): not an hwloc XML topology (lstopo machine.xml writes one)")
      case .synthetic(let text):
        throw syntheticError(text)
      }
    }
  }

  /// libxml2 prints what it dislikes to standard error; hwloc's own parser says nothing. hwloc
  /// reads the variable at the first import.
  private static let useQuietParser: Void = { _ = setenv("HWLOC_LIBXML_IMPORT", "0", 0) }()

  static func syntheticError(_ text: String) -> TopologyError {
    TopologyError(
      "synthetic topology '\(text.prefix(60))' is not one hwloc reads, such as "
        + "'package:2 l3:4 core:8 pu:2'")
  }

  // MARK: Objects

  var root: hwloc_obj_t { hwloc_get_root_obj(handle) }

  /// All objects of a type, in logical order.
  func objects(_ type: hwloc_obj_type_t) -> [hwloc_obj_t] {
    let count = hwloc_get_nbobjs_by_type(handle, type)
    guard count > 0 else { return [] }
    return (0..<UInt32(count)).compactMap { hwloc_get_obj_by_type(handle, type, $0) }
  }

  static func info(_ object: hwloc_obj_t, _ name: String) -> String? {
    guard let value = hwloc_obj_get_info_by_name(object, name) else { return nil }
    let text = String(cString: value).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }

  // MARK: Sets

  static func cpuSet(_ bitmap: hwloc_const_bitmap_t?) -> CPUSet {
    guard let bitmap, hwloc_bitmap_weight(bitmap) > 0 else { return .empty }
    var members: [Int] = []
    var cpu = hwloc_bitmap_first(bitmap)
    while cpu >= 0 {
      members.append(Int(cpu))
      cpu = hwloc_bitmap_next(bitmap, cpu)
    }
    return CPUSet(members)
  }

  /// What the control groups (or the description) allow.
  var allowed: CPUSet { Self.cpuSet(hwloc_topology_get_allowed_cpuset(handle)) }

  /// The affinity of this process; nil where the system does not tell.
  var affinity: CPUSet? {
    guard let bitmap = hwloc_bitmap_alloc() else { return nil }
    defer { hwloc_bitmap_free(bitmap) }
    guard hwloc_get_cpubind(handle, bitmap, Int32(HWLOC_CPUBIND_PROCESS.rawValue)) == 0 else {
      return nil
    }
    let set = Self.cpuSet(bitmap)
    return set.isEmpty ? nil : set
  }

  /// Classes of cores that hwloc could rank, slowest first: (rank, cpus).
  var cpuKinds: [(efficiency: Int, cpus: CPUSet)] {
    guard let bitmap = hwloc_bitmap_alloc() else { return [] }
    defer { hwloc_bitmap_free(bitmap) }
    let count = hwloc_cpukinds_get_nr(handle, 0)
    guard count > 1 else { return [] }
    var kinds: [(efficiency: Int, cpus: CPUSet)] = []
    for index in 0..<UInt32(count) {
      var efficiency: Int32 = -1
      guard hwloc_cpukinds_get_info(handle, index, bitmap, &efficiency, nil, nil, 0) == 0,
        efficiency >= 0
      else { return [] }
      kinds.append((Int(efficiency), Self.cpuSet(bitmap)))
    }
    return kinds
  }
}
