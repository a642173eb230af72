/// An array of 32-bit floats as NumPy has it: a shape, and values with the last dimension fastest.
public struct FloatArray: Sendable, Equatable {
  public let shape: [Int]
  public let values: [Float]

  /// - Parameters:
  ///   - shape: an empty one is a scalar.
  ///   - values: as many as the product of the shape.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count)
    self.shape = shape
    self.values = values
  }

  /// The shape without its dimensions of 1: engines differ in whether a classifier gives
  /// `1×1000` or `1×1000×1×1`.
  public var squeezedShape: [Int] { shape.filter { $0 != 1 } }
}
