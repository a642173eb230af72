import Convolution

/// An operation on two elements.
public enum Arithmetic: String, CaseIterable, Hashable, Sendable {
  case add
  case subtract = "sub"
  case multiply = "mul"
  case divide = "div"

  public func callAsFunction(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    }
  }
}

extension TensorShape {
  /// The shape of an operation on this and another tensor: extents of 1 are repeated.
  ///
  /// - Throws: `GraphError` where two extents differ and neither is 1.
  func broadcast(with other: TensorShape) throws -> TensorShape {
    func extent(_ a: Int, _ b: Int) throws -> Int {
      guard a == b || a == 1 || b == 1 else {
        throw GraphError(
          "combines \(text) and \(other.text); extents must be equal or 1")
      }
      return a == 1 ? b : a
    }
    return TensorShape(
      batch: try extent(batch, other.batch), channels: try extent(channels, other.channels),
      height: try extent(height, other.height), width: try extent(width, other.width))
  }
}
