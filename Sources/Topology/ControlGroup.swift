import Foundation

/// The folders of the control groups this process is in, for one controller.
///
/// Where a hierarchy is mounted is in `/proc/self/mountinfo`, which group of it is ours in
/// `/proc/self/cgroup`. Neither the order of a version 1 hierarchy's controllers (`cpu,cpuacct`
/// here, `cpuacct,cpu` there) nor the usual folder can be relied on. See cgroups(7), proc(5).
package struct ControlGroup: Sendable, Hashable {
  package enum Controller: String, Sendable {
    case cpu, memory
  }

  package enum Version: Sendable {
    case one, two
  }

  package let version: Version
  /// The own group's folder.
  package let path: String

  /// The own group and all its ancestors that can be seen, innermost first, of every hierarchy that
  /// has the controller. A limit on any of them holds. `root` is the file system's root.
  package static func all(of controller: Controller, root: String = "") -> [ControlGroup] {
    guard let groups = SystemFile.text(root + "/proc/self/cgroup") else { return [] }
    let mounts = SystemFile.text(root + "/proc/self/mountinfo").map(Mount.all) ?? []
    var found: [ControlGroup] = []
    for line in groups.split(separator: "\n") {
      // hierarchy:controllers:path
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = Set(fields[1].split(separator: ",").map(String.init))
      guard controllers.isEmpty || controllers.contains(controller.rawValue) else { continue }
      let version: Version = controllers.isEmpty ? .two : .one
      let own = mounts.filter {
        version == .two ? $0.type == "cgroup2" : $0.controllers.contains(controller.rawValue)
      }
      let path = String(fields[2])
      var folders = own.flatMap { $0.folders(of: path) }.filter { isFolder(root + $0) }
      if folders.isEmpty {
        folders = usualMounts(controller, version, root: root)
          .flatMap { Mount(root: "/", point: $0).folders(of: path) }
          .filter { isFolder(root + $0) }
      }
      for folder in folders {
        let group = ControlGroup(version: version, path: root + folder)
        if !found.contains(group) { found.append(group) }
      }
    }
    return found
  }

  /// A file of the group, such as `cpu.stat`; nil where there is none.
  package func text(_ name: String) -> String? { SystemFile.text(path + "/" + name) }

  /// One number of a file of `key value` lines.
  package func value(of key: String, in name: String) -> UInt64? {
    for line in text(name)?.split(separator: "\n") ?? [] {
      let fields = line.split(separator: " ")
      if fields.count == 2, fields[0] == key { return UInt64(fields[1]) }
    }
    return nil
  }

  /// Where systems mount hierarchies, for processes that cannot see the mounts.
  private static func usualMounts(
    _ controller: Controller, _ version: Version, root: String
  ) -> [String] {
    let base = "/sys/fs/cgroup"
    if version == .two { return [base, base + "/unified"] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root + base)) ?? []
    return names.filter { $0.split(separator: ",").contains { $0 == controller.rawValue } }
      .sorted().map { base + "/" + $0 }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}

/// A mounted control group hierarchy.
private struct Mount {
  /// The group that is seen at `point`.
  var root: String
  var point: String
  /// `cgroup`, `cgroup2`.
  var type = ""
  /// Of version 1.
  var controllers: Set<String> = []

  /// Reads `/proc/self/mountinfo`: `id parent device root point options [tags] - type source more`.
  static func all(_ mountinfo: String) -> [Mount] {
    mountinfo.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ").map(String.init)
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4 else {
        return nil
      }
      let type = fields[dash + 1]
      guard type == "cgroup" || type == "cgroup2" else { return nil }
      return Mount(
        root: unescaped(fields[3]), point: unescaped(fields[4]), type: type,
        controllers: Set(fields[dash + 3].split(separator: ",").map(String.init)))
    }
  }

  /// The folders of a group and its ancestors, innermost first.
  ///
  /// Inside a container the path may be the host's: where it does not begin with the mount's root,
  /// what is mounted is taken for the own group, whatever lies below it by that name included.
  func folders(of path: String) -> [String] {
    var parts = path.split(separator: "/").map(String.init)
    let above = root.split(separator: "/").map(String.init)
    if parts.starts(with: above) { parts.removeFirst(above.count) }
    guard !parts.contains("..") else { return [point] }
    var folders: [String] = []
    while true {
      folders.append(([point == "/" ? "" : point] + parts).joined(separator: "/"))
      if parts.isEmpty { return folders }
      parts.removeLast()
    }
  }

  /// Blanks, tabs, line ends and backslashes are octal there: `\040`.
  private static func unescaped(_ text: String) -> String {
    guard text.contains("\\") else { return text }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Small files that the kernel makes up when they are read.
enum SystemFile {
  static func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }
}
