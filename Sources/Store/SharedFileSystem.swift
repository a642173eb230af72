import Base
import Foundation

/// File systems of clusters, on which SQLite's locks and the memory that its processes share may not
/// hold: two nodes that write at once can damage a store there.
enum SharedFileSystem: String {
  case nfs = "NFS"
  case lustre = "Lustre"
  case gpfs = "GPFS"
  case beegfs = "BeeGFS"
  case ceph = "CephFS"
  case smb = "SMB"
  case afs = "AFS"

  /// - Parameter type: as Linux calls it; nil for all others.
  init?(type: String) {
    switch type {
    case "nfs", "nfs4": self = .nfs
    case "lustre": self = .lustre
    case "gpfs": self = .gpfs
    case "beegfs": self = .beegfs
    case "ceph": self = .ceph
    case "cifs", "smb3": self = .smb
    case "afs": self = .afs
    default: return nil
    }
  }

  /// What a path lies on, as Linux calls it; nil where that is not known.
  static func type(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0,
      let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
    else { return nil }
    let device = UInt(status.st_dev)
    // As glibc's gnu_dev_major and gnu_dev_minor.
    let major = device >> 8 & 0xfff | device >> 32 & ~0xfff
    let minor = device & 0xff | device >> 12 & ~0xff
    return type(ofDevice: "\(major):\(minor)", mounts: mounts)
  }

  /// - Parameter mounts: lines such as `36 35 0:48 / /home rw shared:1 - nfs4 server:/home rw`.
  static func type(ofDevice device: String, mounts: String) -> String? {
    for line in mounts.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 2, words[2] == device,
        let dash = words.firstIndex(of: "-"), dash + 1 < words.count
      else { continue }
      return String(words[dash + 1])
    }
    return nil
  }
}

extension Store {
  /// Why a store at this path is at risk, and what would be better; nil where nothing speaks against
  /// it.
  public static func warning(ofPlace path: String) -> String? {
    warning(
      ofPlace: path, environment: ProcessInfo.processInfo.environment,
      type: SharedFileSystem.type)
  }

  static func warning(
    ofPlace path: String, environment: [String: String], type: (String) -> String?
  ) -> String? {
    let folder = PathText.folder(of: path)
    guard let system = type(folder).flatMap(SharedFileSystem.init(type:)) else { return nil }
    let local = ["SLURM_TMPDIR", "TMPDIR"].first { name in
      environment[name].map { type($0).flatMap(SharedFileSystem.init(type:)) == nil } ?? false
    }
    return "store \(path) lies on \(system.rawValue), where several nodes that write at once can "
      + "damage it; keep one a node with --store \(local.map { "\"$\($0)\"" } ?? "/tmp")"
      + "/store.sqlite, and bring them together with convbench store export and import"
  }
}
