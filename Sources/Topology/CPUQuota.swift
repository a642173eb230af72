import Foundation

/// The CPU bandwidth limit of the control group this process is in (`docker run --cpus 1.5`).
///
/// Version 2 groups have `cpu.max`, version 1 groups `cpu.cfs_quota_us` and `cpu.cfs_period_us`.
/// A limit on any ancestor holds too, so the smallest on the way up counts. Inside a container the
/// path in `/proc/self/cgroup` may be the host's; then the root of the mount is the own group.
package enum CPUQuota {
  /// CPUs' worth of time per second; nil without a limit. `root` is the file system's root.
  package static func current(root: String = "") -> Double? {
    guard let groups = read(root + "/proc/self/cgroup") else { return nil }
    var limits: [Double] = []
    for line in groups.split(separator: "\n") {
      // hierarchy:controllers:path
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      let mount: String
      if controllers.isEmpty {
        mount = "/sys/fs/cgroup"
      } else if controllers.contains("cpu") {
        mount = "/sys/fs/cgroup/" + fields[1]
      } else {
        continue
      }
      var path = fields[2].split(separator: "/").map(String.init)
      while true {
        let folder = ([root + mount] + path).joined(separator: "/")
        if let limit = limit(in: folder) { limits.append(limit) }
        if path.isEmpty { break }
        path.removeLast()
      }
    }
    return limits.min()
  }

  private static func limit(in folder: String) -> Double? {
    if let text = read(folder + "/cpu.max") {
      let fields = text.split(whereSeparator: \.isWhitespace)
      guard fields.count == 2 else { return nil }
      return ratio(String(fields[0]), String(fields[1]))
    }
    guard let quota = read(folder + "/cpu.cfs_quota_us"),
      let period = read(folder + "/cpu.cfs_period_us")
    else { return nil }
    return ratio(quota, period)
  }

  /// nil for `max` (version 2) and −1 (version 1), which mean no limit.
  private static func ratio(_ quota: String, _ period: String) -> Double? {
    guard let quota = Double(quota.trimmingCharacters(in: .whitespacesAndNewlines)),
      let period = Double(period.trimmingCharacters(in: .whitespacesAndNewlines)),
      quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  private static func read(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }
}
