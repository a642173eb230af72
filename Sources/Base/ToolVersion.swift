import CBuild

/// The version that `--version`, plans, the store and CSV rows carry.
public enum ToolVersion {
  public static let current = "0.2.0"

  /// Of the sources that this was built from, `+` behind it where they were changed since; empty
  /// where it was built without Git.
  public static let commit = String(cString: cb_commit())

  /// Such as `0.2.0 (3f73cee01234)`.
  public static let described = commit.isEmpty ? current : "\(current) (\(commit))"

  /// What built it, such as `clang 17.0.0`.
  public static let compiler = String(cString: cb_compiler())
}
