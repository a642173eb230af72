import Testing
import Topology

@Suite struct MemoryBudgetTests {
  private static let machine = [
    "/proc/meminfo": "MemTotal: 8192 kB\nMemFree: 100 kB\nMemAvailable: 4096 kB\n",
    "/proc/self/status": "Name: x\nVmSize:\t 1024 kB\nVmData:\t 512 kB\n",
  ]

  private func budget(
    _ files: [String: String], addressSpace: UInt64? = nil, data: UInt64? = nil
  ) throws -> MemoryBudget {
    try FakeSystem(files: files) {
      MemoryBudget.read(root: $0, limits: (addressSpace, data))
    }
  }

  @Test(
    arguments: [
      (nil, nil, MemoryBudget(limit: .machine, bytes: 4 << 20)),
      (3 << 20, nil, MemoryBudget(limit: .addressSpace, bytes: 2 << 20)),
      (nil, 1 << 20, MemoryBudget(limit: .data, bytes: 1 << 19)),
      (1 << 10, nil, MemoryBudget(limit: .addressSpace, bytes: 0)),
    ] as [(UInt64?, UInt64?, MemoryBudget)])
  func theNearestLimitCounts(addressSpace: UInt64?, data: UInt64?, expected: MemoryBudget) throws {
    #expect(
      try budget(Self.machine, addressSpace: addressSpace, data: data) == expected)
  }

  /// Groups of both versions, own and above, wherever they are mounted.
  @Test(arguments: [
    ("0::/a/b", "/sys/fs/cgroup/a/b", "memory.max", "memory.current", "memory.stat", ""),
    ("0::/a/b", "/sys/fs/cgroup/a", "memory.max", "memory.current", "memory.stat", ""),
    ("0::/a", "/sys/fs/cgroup/unified/a", "memory.max", "memory.current", "memory.stat", ""),
    (
      "4:memory:/a/b", "/sys/fs/cgroup/memory/a/b", "memory.limit_in_bytes",
      "memory.usage_in_bytes", "memory.stat", "total_"
    ),
    (
      "4:memory:/a/b", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
      "memory.stat", "total_"
    ),
  ]) func groupsLimitIt(
    line: String, folder: String, limit: String, usage: String, stat: String, prefix: String
  ) throws {
    var files = Self.machine
    files["/proc/self/cgroup"] = line + "\n"
    files["\(folder)/\(limit)"] = "3145728\n"
    files["\(folder)/\(usage)"] = "2097152\n"
    // The files' cache is not in the way.
    files["\(folder)/\(stat)"] = "\(prefix)inactive_file 262144\n\(prefix)active_file 262144\n"
    #expect(try budget(files) == MemoryBudget(limit: .group, bytes: 3 << 19))
    for none in ["max\n", "9223372036854771712\n", "", "-1\n"] {
      files["\(folder)/\(limit)"] = none
      #expect(try budget(files).limit == .machine)
    }
  }

  @Test func nothingKnownIsNoLimit() throws {
    let none = try budget([:])
    #expect(none.bytes == .max)
    try none.require(1e18, for: "everything")
  }

  @Test func whatDoesNotFitIsOneLine() throws {
    let budget = MemoryBudget(limit: .group, bytes: 100 << 20)
    try budget.require(Double(84 << 20), for: "vgg16")
    let error = try #require(throws: MemoryError.self) {
      try budget.require(Double(85 << 20), for: "vgg16")
    }
    #expect(
      error.description
        == "vgg16 needs 85 MiB of memory, more than 100 MiB that the control group leaves; "
        + "use a smaller batch or resolution")
    #expect(throws: MemoryError.self) {
      try budget.require(Double(60 << 20), for: "vgg16", share: 0.6)
    }
  }
}
