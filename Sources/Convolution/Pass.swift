/// The direction in which a convolution is computed: benchdnn's `--dir`.
public enum Pass: String, Hashable, Sendable, CaseIterable {
  /// Output from input and weights. Whether a bias is added is the epilogue's.
  case forward

  private static let forwardNames = ["FWD_B", "FWD_D", "FWD_I"]
  private static let backwardNames = ["BWD_D", "BWD_WB", "BWD_W", "BWD_DW"]

  /// - Parameter direction: a value of benchdnn's `--dir`, in capitals or not.
  /// - Throws: `ProblemError`: unsupported where benchdnn knows it, else impossible.
  public init(direction: String) throws(ProblemError) {
    let name = direction.uppercased()
    if Self.forwardNames.contains(name) {
      self = .forward
    } else if Self.backwardNames.contains(name) {
      throw ProblemError(
        "--dir=\(name) is a backward pass; FWD_B, FWD_D and FWD_I are run", kind: .unsupported)
    } else {
      throw ProblemError(
        "--dir=\(direction.prefix(40)) is none of "
          + (Self.forwardNames + Self.backwardNames).joined(separator: ", "))
    }
  }
}
