import Convolution

/// Holds the place of an operator that has no operation here, in descriptions of what a model has: its
/// name, and the shape that its result would have. Nothing runs it; its reference is all zeros.
public struct NotUnderstood: GraphOperation {
  /// The operator's name, printable.
  public let name: String
  public let shape: TensorShape

  public init(name: String, shape: TensorShape) {
    self.name = name
    self.shape = shape
  }

  public var label: String { "\(name), not supported" }
  public var signature: String { "notUnderstood(\(name), \(shape.signature))" }
  public var arity: ClosedRange<Int> { 0...Int.max }
  public func outputShape(inputs: [TensorShape]) throws -> TensorShape { shape }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] { [Double](repeating: 0, count: output.count) }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    Moment(square: 1, centred: true)
  }
}
