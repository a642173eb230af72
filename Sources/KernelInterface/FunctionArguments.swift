/// One band of one channel block: `output = function(input)`. Pitches in floats.
public struct FunctionArguments {
  /// Which function, with `first` and `second` as its numbers.
  public enum Code: Sendable {
    /// `x`, or `first * x` where `x < 0`.
    case leakyRelu
    /// Between `first` and `second`.
    case clip
    case sigmoid
    /// `first * x + second`, between 0 and 1.
    case hardSigmoid
    case hardSwish
    case silu
    /// `x`, or `first * (e^x - 1)` where `x < 0`.
    case elu
    case exponential
    case squareRoot
    case absolute
    case errorFunction
    /// `x · ½ (1 + erf(x / √2))`
    case gelu
  }

  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var code: Code
  public var first: Float = 0
  public var second: Float = 0
  /// One vector in place of `first`, or nil.
  public var slopes: UnsafePointer<Float>?
  /// Channels in the block; the lanes behind them become 0.
  public var lanes = 1
  public var inputRow = 0
  public var outputRow = 0
  public var rows = 1
  /// Pixels per row.
  public var width = 1

  public init(
    _ code: Code, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    self.code = code
    self.input = input
    self.output = output
  }
}
