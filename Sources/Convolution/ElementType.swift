import KernelInterface

extension ElementType {
  /// Of one element.
  public var bytes: Int {
    switch self {
    case .f32: 4
    }
  }

  /// Those that benchdnn knows and convbench does not run.
  private static let others = [
    "bf16", "f16", "f64", "s32", "s8", "u8", "s4", "u4", "f8_e5m2", "f8_e4m3", "f4_e2m1", "e8m0",
    "boolean",
  ]

  /// - Parameter name: oneDNN's, such as `f32` or `dnnl_f32`.
  /// - Throws: `ProblemError`: unsupported where benchdnn knows it, else impossible.
  public init(name: String) throws(ProblemError) {
    let short = name.hasPrefix("dnnl_") ? String(name.dropFirst(5)) : name
    if let type = ElementType(rawValue: short) {
      self = type
    } else if Self.others.contains(short) {
      throw ProblemError("elements of type \(short) are not run; f32 is", kind: .unsupported)
    } else {
      throw ProblemError(
        "\"\(name.prefix(40))\" is no element type; those of benchdnn are "
          + (["f32"] + Self.others).joined(separator: ", "))
    }
  }
}

/// The element types of a convolution's tensors.
public struct ElementTypes: Hashable, Sendable {
  public var source: ElementType
  public var weights: ElementType
  public var destination: ElementType
  /// Of the sums, before they are rounded to the destination.
  public var accumulator: ElementType

  public init(
    source: ElementType, weights: ElementType, destination: ElementType, accumulator: ElementType
  ) {
    self.source = source
    self.weights = weights
    self.destination = destination
    self.accumulator = accumulator
  }

  public static let f32 = ElementTypes(
    source: .f32, weights: .f32, destination: .f32, accumulator: .f32)

  /// - Parameter text: one value of benchdnn's `--dt`: `f32`, or source, weights and destination
  ///   such as `u8:s8:f32`.
  /// - Throws: `ProblemError`: unsupported where benchdnn runs it, else impossible.
  public init(_ text: String) throws(ProblemError) {
    let names = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard names.count == 1 || names.count == 3 else {
      throw ProblemError(
        "--dt=\(text.prefix(60)): one type, or those of source, weights and destination as in "
          + "f32:f32:f32")
    }
    var types: [ElementType] = []
    var unsupported: ProblemError?
    for name in names {
      do { types.append(try ElementType(name: name)) } catch {
        let error = ProblemError("--dt=\(text.prefix(60)): \(error.description)", kind: error.kind)
        // One that is no type at all says more than one that is not run.
        if error.kind == .impossible { throw error }
        unsupported = unsupported ?? error
      }
    }
    if let unsupported { throw unsupported }
    self.init(
      source: types[0], weights: types[types.count == 3 ? 1 : 0],
      destination: types[types.count - 1], accumulator: .f32)
  }
}

extension ElementTypes: CustomStringConvertible {
  /// As `--dt` takes it: one name where all three are equal.
  public var description: String {
    source == weights && weights == destination
      ? source.rawValue : [source, weights, destination].map(\.rawValue).joined(separator: ":")
  }
}
