import Foundation
import Testing
import Topology

@Suite struct CPUQuotaTests {
  private func quota(_ files: [String: String]) throws -> Double? {
    try FakeSystem(files: files) { CPUQuota.current(root: $0) }
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

  /// Where hierarchies are, how their controllers are ordered, what of them a container sees.
  @Test(arguments: [
    // The folder names the controllers in another order than the group's line.
    ("2:cpu,cpuacct:/pod", "", "/sys/fs/cgroup/cpuacct,cpu/pod"),
    ("2:cpuacct,cpu:/pod", "", "/sys/fs/cgroup/cpu,cpuacct/pod"),
    ("2:cpu:/pod", "", "/sys/fs/cgroup/cpu/pod"),
    // The mounts say it, wherever that is.
    (
      "2:cpu,cpuacct:/pod",
      FakeSystem.mount("cgroup", at: "/sys/fs/cgroup/cpuacct,cpu", "rw,cpuacct,cpu"),
      "/sys/fs/cgroup/cpuacct,cpu/pod"
    ),
    (
      "2:cpu,cpuacct:/pod", FakeSystem.mount("cgroup", at: "/cgroups/time", "rw,cpuacct,cpu"),
      "/cgroups/time/pod"
    ),
    (
      "2:cpu:/pod", FakeSystem.mount("cgroup", at: "/my\\040groups", "rw,cpu"), "/my groups/pod"
    ),
    // A container sees its own group as the root; its line is the host's path.
    (
      "2:cpu,cpuacct:/docker/4711",
      FakeSystem.mount(
        "cgroup", at: "/sys/fs/cgroup/cpu,cpuacct", root: "/docker/4711", "rw,cpu,cpuacct"),
      "/sys/fs/cgroup/cpu,cpuacct"
    ),
    (
      "2:cpu:/docker/4711/inner",
      FakeSystem.mount("cgroup", at: "/sys/fs/cgroup/cpu", root: "/docker/4711", "rw,cpu"),
      "/sys/fs/cgroup/cpu/inner"
    ),
    ("2:cpu:/elsewhere", FakeSystem.mount("cgroup", at: "/c", root: "/docker", "rw,cpu"), "/c"),
    ("2:cpu:/../x", FakeSystem.mount("cgroup", at: "/c", "rw,cpu"), "/c"),
    ("2:cpu:/a/b/c", FakeSystem.mount("cgroup", at: "/c", "rw,cpu"), "/c/a"),
  ]) func version1IsFoundWhereItIs(groups: String, mounts: String, folder: String) throws {
    var files = [
      "/proc/self/cgroup": groups + "\n", folder + "/cpu.cfs_quota_us": "150000\n",
      folder + "/cpu.cfs_period_us": "100000\n", folder + "/cpu.stat": "nr_throttled 3\n",
    ]
    if !mounts.isEmpty { files["/proc/self/mountinfo"] = mounts }
    #expect(try quota(files) == 1.5)
    #expect(try FakeSystem(files: files) { CPUThrottling.current(root: $0)?.periods } == 3)
  }

  @Test(arguments: [
    ("/sys/fs/cgroup", "/", "/pod", "/sys/fs/cgroup/pod"),
    ("/sys/fs/cgroup/unified", "/", "/pod", "/sys/fs/cgroup/unified/pod"),
    ("/cg2", "/", "/pod/inner", "/cg2/pod"),
    ("/cg2", "/kubepods/x", "/kubepods/x", "/cg2"),
  ]) func version2IsFoundWhereItIs(
    point: String, root: String, path: String, folder: String
  ) throws {
    let files = [
      "/proc/self/cgroup": "1:name=systemd:/\n0::\(path)\n",
      "/proc/self/mountinfo": FakeSystem.mount("tmpfs", at: "/sys/fs/cgroup")
        + FakeSystem.mount("cgroup2", at: point, root: root),
      folder + "/cpu.max": "50000 100000\n",
    ]
    #expect(try quota(files) == 0.5)
  }

  @Test func noGroupsNoLimit() throws {
    #expect(try quota([:]) == nil)
    #expect(try quota(["/proc/self/cgroup": "nonsense\n0::/../../x\n"]) == nil)
    #expect(
      try quota(["/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": "- - -\n\n1 2 3"]) == nil)
  }

  @Test func throttlingIsSummedOverTheAncestors() throws {
    let files = [
      "/proc/self/cgroup": "2:cpu:/a/b\n0::/a\n",
      "/sys/fs/cgroup/cpu/a/b/cpu.stat":
        "nr_periods 9\nnr_throttled 4\nthrottled_time 1500000000\n",
      "/sys/fs/cgroup/cpu/a/cpu.stat": "nr_periods 9\nnr_throttled 1\nthrottled_time 500000000\n",
      "/sys/fs/cgroup/unified/a/cpu.stat": "nr_throttled 2\nthrottled_usec 250000\n",
    ]
    let before = try #require(
      try FakeSystem(files: files) { CPUThrottling.current(root: $0) })
    #expect(before == CPUThrottling(periods: 7, seconds: 2.25))
    let after = CPUThrottling(periods: 9, seconds: 2.5)
    #expect(after.since(before) == CPUThrottling(periods: 2, seconds: 0.25))
    #expect(try FakeSystem(files: [:]) { CPUThrottling.current(root: $0) } == nil)
  }
}
