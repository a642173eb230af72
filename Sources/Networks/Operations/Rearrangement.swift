import Convolution

/// Where every element of the output comes from, of an operation that only moves elements.
///
/// Output `(n, c, y, x)` is input `(n, channels[phase][c], rows[y], columns[x])`, where the phase
/// is `(y % block) * block + x % block`; it is `fill` where one of them is nil. All operations but
/// depth to space have a block of 1 and thus one phase.
public struct Rearrangement: Sendable, Equatable {
  public var block = 1
  /// For every phase the input channel of every output channel.
  public var channels: [[Int?]]
  /// The input row of every output row.
  public var rows: [Int?]
  /// The input column of every output column.
  public var columns: [Int?]
  public var fill: Float = 0

  /// Everything where it was.
  public init(identity input: TensorShape) {
    channels = [Array(0..<input.channels)]
    rows = Array(0..<input.height)
    columns = Array(0..<input.width)
  }
}

/// An operation that only moves elements: reference and step follow from where they come from.
public protocol Rearranging: GraphOperation {
  /// - Parameter input: has passed `outputShape`.
  func rearrangement(input: TensorShape) -> Rearrangement
}

extension Rearranging {
  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    rearrangement(input: inputs[0].shape).reference(inputs[0], output: output)
  }
}

extension Rearrangement {
  func reference(_ x: ReferenceTensor, output: TensorShape) -> [Double] {
    ReferenceTensor.elements(of: output) { image, c, y, column in
      let phase = y % block * block + column % block
      guard let channel = channels[phase][c], let row = rows[y], let source = columns[column]
      else { return Double(fill) }
      return x.value(image, channel, row, source)
    }
  }
}
