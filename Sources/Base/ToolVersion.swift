/// The version that `--version`, plans, the store and CSV rows carry.
public enum ToolVersion {
  public static let current = "0.1.0"
}
