import Foundation
import Testing
import Topology

@Suite struct CPUQuotaTests {
  /// The quota under a made-up file system.
  private func quota(_ files: [String: String]) throws -> Double? {
    let root = NSTemporaryDirectory() + "convbench-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    for (path, text) in files {
      let url = URL(fileURLWithPath: root + path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    return CPUQuota.current(root: root)
  }

  @Test func version2TakesTheTightestAncestor() throws {
    let groups = ["/proc/self/cgroup": "0::/user/job\n"]
    #expect(
      try quota(
        groups.merging([
          "/sys/fs/cgroup/user/job/cpu.max": "400000 100000\n",
          "/sys/fs/cgroup/user/cpu.max": "150000 100000\n",
        ]) { $1 }) == 1.5)
    #expect(
      try quota(groups.merging(["/sys/fs/cgroup/user/job/cpu.max": "max 100000\n"]) { $1 }) == nil)
  }

  @Test func version1() throws {
    let folder = "/sys/fs/cgroup/cpu,cpuacct/docker"
    let groups = "3:memory:/docker\n2:cpu,cpuacct:/docker\n"
    func files(_ quota: String) -> [String: String] {
      [
        "/proc/self/cgroup": groups, folder + "/cpu.cfs_quota_us": quota,
        folder + "/cpu.cfs_period_us": "100000\n",
      ]
    }
    #expect(try quota(files("250000\n")) == 2.5)
    #expect(try quota(files("-1\n")) == nil)
  }

  @Test func noGroupsNoLimit() throws {
    #expect(try quota([:]) == nil)
    #expect(try quota(["/proc/self/cgroup": "nonsense\n0::/../../x\n"]) == nil)
  }
}
