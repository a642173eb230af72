/// One band of one channel block: `output = activation(input * scale + shift + addend)`. Pitches in
/// floats.
public struct ElementwiseArguments {
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  /// One vector each, or nil for factor 1 and nothing added.
  public var scale: UnsafePointer<Float>?
  public var shift: UnsafePointer<Float>?
  /// A second tensor, or nil.
  public var addend: UnsafePointer<Float>?
  public var inputRow = 0
  public var addendRow = 0
  public var outputRow = 0
  public var rows = 1
  /// Pixels per row.
  public var width = 1
  public var activation = ActivationCode.none

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}
