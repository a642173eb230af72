import CHwloc
import Foundation
import Topology

/// Binding of the calling thread, through one hwloc handle that all pools share.
///
/// Invariant: the topology is loaded once and only read afterwards, which hwloc allows from any
/// thread. Bitmaps are owned by the function or the `Saved` that made them.
package enum ThreadBinding {
  private struct Handle: @unchecked Sendable {
    let topology: hwloc_topology_t
  }

  /// Holds hardware threads only: nothing else is needed to bind, and loading takes no time.
  private static let handle: Handle? = {
    var created: hwloc_topology_t?
    guard hwloc_topology_init(&created) == 0, let topology = created else { return nil }
    hwloc_topology_set_flags(topology, UInt(HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED.rawValue))
    hwloc_topology_set_all_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_NONE)
    guard hwloc_topology_load(topology) == 0 else {
      hwloc_topology_destroy(topology)
      return nil
    }
    return Handle(topology: topology)
  }()

  private static let thread = Int32(HWLOC_CPUBIND_THREAD.rawValue)

  /// Loads the handle and reads the process's own affinity before any thread is bound.
  static func prepare() {
    _ = Machine.startAffinity
    _ = handle
  }

  /// Binds the calling thread to one hardware thread. Returns why not, in words; nil on success.
  package static func bind(to cpu: Int) -> String? { bind(to: CPUSet([cpu])) }

  /// Binds the calling thread to a set of hardware threads. Returns why not; nil on success.
  static func bind(to cpus: CPUSet) -> String? {
    guard let handle, let set = hwloc_bitmap_alloc() else { return "hwloc could not start" }
    defer { hwloc_bitmap_free(set) }
    for cpu in cpus.members {
      // A placement may come from a file; hwloc would allocate a bit for every lower number.
      guard (0..<1 << 20).contains(cpu) else { return "no such CPU" }
      guard hwloc_bitmap_set(set, UInt32(cpu)) == 0 else { return "out of memory" }
    }
    guard hwloc_set_cpubind(handle.topology, set, thread) == 0 else {
      return String(cString: strerror(errno))
    }
    // Sandboxes may say yes and do nothing.
    if let now = current(), now != cpus { return "the system took no notice" }
    return nil
  }

  /// The hardware threads that the calling thread may run on; nil where the system does not tell.
  package static func current() -> CPUSet? {
    guard let handle, let set = hwloc_bitmap_alloc() else { return nil }
    defer { hwloc_bitmap_free(set) }
    guard hwloc_get_cpubind(handle.topology, set, thread) == 0 else { return nil }
    var members: [Int] = []
    var cpu = hwloc_bitmap_first(set)
    while cpu >= 0 {
      members.append(Int(cpu))
      cpu = hwloc_bitmap_next(set, cpu)
    }
    return CPUSet(members)
  }

  /// A thread's binding before the pool changed it.
  struct Saved: Sendable {
    private let cpus: CPUSet
    private let owner: UInt

    /// Remembers the calling thread's binding.
    init?() {
      guard let cpus = ThreadBinding.current() else { return nil }
      self.cpus = cpus
      owner = UInt(pthread_self())
    }

    /// Brings it back, when called on the same thread.
    func restore() {
      guard UInt(pthread_self()) == owner, let handle, let set = hwloc_bitmap_alloc() else {
        return
      }
      defer { hwloc_bitmap_free(set) }
      for cpu in cpus.members { hwloc_bitmap_set(set, UInt32(cpu)) }
      _ = hwloc_set_cpubind(handle.topology, set, thread)
    }
  }
}
