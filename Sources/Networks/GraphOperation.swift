import Convolution

/// An operation whose whole definition is one type: its shape rule and what it computes, in Double.
/// How it is run is an extension of the same type in `Execution` (`ExecutableOperation`); nothing
/// else names it. New operations are made like this; the cases of `Operation` are older.
public protocol GraphOperation: Hashable, Sendable {
  /// Short word for names and tables.
  var label: String { get }
  /// Whether it has a scale and a shift per output channel.
  var hasScaleAndShift: Bool { get }

  /// - Throws: `GraphError` without the node's name.
  func outputShape(input: TensorShape) throws -> TensorShape
  /// The reference: planar `[batch][channels][height][width]` in and out.
  func reference(
    _ x: [Double], _ shape: TensorShape, parameters: NodeParameters, output: TensorShape
  ) -> [Double]
}

extension GraphOperation {
  public var hasScaleAndShift: Bool { false }
}

/// One of them as part of a graph.
public struct ExtendedOperation: Hashable, Sendable, CustomStringConvertible {
  public let definition: any GraphOperation

  public init(_ definition: any GraphOperation) { self.definition = definition }

  public static func == (a: Self, b: Self) -> Bool {
    AnyHashable(a.definition) == AnyHashable(b.definition)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(definition)) }

  public var description: String { "\(definition)" }
}
