/// One band of one channel block: `output = first ∘ second`. Pitches in floats.
public struct ArithmeticArguments {
  public enum Code: Sendable { case add, subtract, multiply, divide, maximum, minimum }

  public struct Operand {
    /// The band's first pixel.
    public var base: UnsafePointer<Float>
    /// From one row to the next and from one pixel to the next; 0 where one is repeated.
    public var row = 0
    public var pixel = 0
    /// Whether the only channel stands for all; not of both operands.
    public var repeatsChannel = false

    public init(base: UnsafePointer<Float>) { self.base = base }
  }

  public var first: Operand
  public var second: Operand
  public var output: UnsafeMutablePointer<Float>
  public var code: Code
  /// Channels in the block; the lanes behind them become 0.
  public var lanes = 1
  public var outputRow = 0
  public var rows = 1
  /// Pixels per row.
  public var width = 1

  public init(
    _ code: Code, first: Operand, second: Operand, output: UnsafeMutablePointer<Float>
  ) {
    self.code = code
    self.first = first
    self.second = second
    self.output = output
  }
}
