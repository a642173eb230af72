import Convolution

/// An operation whose whole definition is one type: its shape rule, what it computes, in Double,
/// and what its parameters are. How it is run is an extension of the same type in `Execution`
/// (`ExecutableOperation`), how it is written as ONNX one in `Onnx` (`ExportableOperation`);
/// nothing else names it. See docs/adding-an-operation.md.
public protocol GraphOperation: Hashable, Sendable {
  /// Short word for names and tables.
  var label: String { get }
  /// A text that tells the operation and its attributes from all others. Plans of models hold a hash
  /// of it (`Graph.structureHash`): once published it must not change.
  var signature: String { get }
  /// How many inputs it takes.
  var arity: ClosedRange<Int> { get }
  /// What it has one number of per output channel.
  var channelParameters: Set<ChannelParameter> { get }

  /// - Parameter inputs: as many as `arity` has.
  /// - Throws: `GraphError` without the node's name.
  func outputShape(inputs: [TensorShape]) throws -> TensorShape
  /// The reference.
  ///
  /// - Returns: planar `[batch][channels][height][width]` of the output's shape.
  func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double]
  /// The size of the values under seeded parameters; near enough is enough.
  func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment
}

extension GraphOperation {
  public var arity: ClosedRange<Int> { 1...1 }
  public var channelParameters: Set<ChannelParameter> { [] }
  public func outputShape(inputs: [TensorShape]) throws -> TensorShape { inputs[0] }
  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment { inputs[0] }
}

/// What an operation can have a number of per channel.
public enum ChannelParameter: Hashable, Sendable {
  case scale, shift
  /// Of a rectifier, where `x < 0`.
  case slope
}

/// A tensor of the interpreter.
public struct ReferenceTensor: Sendable {
  /// Planar `[batch][channels][height][width]`.
  public let values: [Double]
  public let shape: TensorShape

  public init(_ values: [Double], _ shape: TensorShape) {
    self.values = values
    self.shape = shape
  }

  @inline(__always)
  func value(_ image: Int, _ channel: Int, _ row: Int, _ column: Int) -> Double {
    values[((image * shape.channels + channel) * shape.height + row) * shape.width + column]
  }

  /// A tensor from a function of `(image, channel, row, column)`.
  static func elements(of shape: TensorShape, _ value: (Int, Int, Int, Int) -> Double) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(shape.count)
    for n in 0..<shape.batch {
      for c in 0..<shape.channels {
        for y in 0..<shape.height {
          for x in 0..<shape.width { result.append(value(n, c, y, x)) }
        }
      }
    }
    return result
  }

  /// Changes the channels of every pixel in place.
  func mapPixels(_ body: (_ channels: inout [Double]) -> Void) -> [Double] {
    let plane = shape.extent.count
    var result = values
    for image in 0..<shape.batch {
      for pixel in 0..<plane {
        func place(_ c: Int) -> Int { (image * shape.channels + c) * plane + pixel }
        var channels = (0..<shape.channels).map { values[place($0)] }
        body(&channels)
        for (c, value) in channels.enumerated() { result[place(c)] = value }
      }
    }
    return result
  }
}

/// One of them as part of a graph.
public struct ExtendedOperation: Hashable, Sendable {
  public let definition: any GraphOperation

  public init(_ definition: any GraphOperation) { self.definition = definition }

  public static func == (a: Self, b: Self) -> Bool {
    AnyHashable(a.definition) == AnyHashable(b.definition)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(definition)) }
}

extension Operation {
  /// A node's operation from its definition.
  public static func of(_ definition: any GraphOperation) -> Self {
    .extended(ExtendedOperation(definition))
  }

  /// The definition if it is of a type; nil for other operations.
  public func definition<Definition: GraphOperation>(as type: Definition.Type) -> Definition? {
    if case .extended(let operation) = self { operation.definition as? Definition } else { nil }
  }
}
