import Foundation

/// A made-up `/proc` and `/sys`, for what cannot be made to happen here.
struct FakeSystem {
  /// Texts by absolute path.
  var files: [String: String]

  /// Runs `body` with the folder that holds them.
  func callAsFunction<Result>(_ body: (_ root: String) throws -> Result) throws -> Result {
    let root = NSTemporaryDirectory() + "convbench-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    for (path, text) in files {
      let url = URL(fileURLWithPath: root + path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    return try body(root)
  }

  /// A line of `/proc/self/mountinfo`.
  static func mount(_ type: String, at point: String, root: String = "/", _ options: String = "rw")
    -> String
  {
    "31 23 0:28 \(root) \(point) rw,relatime shared:9 - \(type) \(type) \(options)\n"
  }
}
