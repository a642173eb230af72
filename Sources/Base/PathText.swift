/// A path's folder and name, taken apart as the system does it (`dirname`, `basename`).
///
/// Foundation's `NSString` traps on some paths (one character) and rewrites others.
public enum PathText {
  /// The folder that a path lies in: `.` for a bare name, `/` for the root. A slash at the end is
  /// not part of a name: `a/b/` lies in `a`.
  public static func folder(of path: String) -> String {
    let text = trimmed(path[...])
    guard !text.isEmpty else { return path.isEmpty ? "." : "/" }
    guard let slash = text.utf8.lastIndex(of: slash) else { return "." }
    let folder = trimmed(text[..<slash])
    return folder.isEmpty ? "/" : String(folder)
  }

  /// The last part: `b` of `a/b` and of `a/b/`, `/` of the root, nothing of nothing.
  public static func name(of path: String) -> String {
    let text = trimmed(path[...])
    guard !text.isEmpty else { return path.isEmpty ? "" : "/" }
    guard let slash = text.utf8.lastIndex(of: slash) else { return String(text) }
    return String(text[text.utf8.index(after: slash)...])
  }

  /// A name in a folder. What is absolute stays as it is, as `open` would see it in that folder's
  /// links; no folder, or `.`, adds nothing.
  public static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty || folder == "." || name.hasPrefix("/") { return name }
    return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  private static let slash = UInt8(ascii: "/")

  /// Without slashes at the end.
  private static func trimmed(_ path: Substring) -> Substring {
    var path = path
    while path.utf8.last == slash { path = path.dropLast() }
    return path
  }
}
