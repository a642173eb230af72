/// Local response normalisation of one row of one channel block:
/// `x[c] / (k + alpha * Σ x[i]²)^beta` over the channels at most `radius` from `c`.
public struct NormalizationArguments {
  /// First pixel of the row in the block's own plane.
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  /// `NormalizationArguments.scratchCount` floats, aligned to 64 bytes.
  public var scratch: UnsafeMutablePointer<Float>
  /// From one block's plane to the next, in floats.
  public var inputPlane = 0
  /// Blocks of the tensor before and behind this one.
  public var blocksBefore = 0
  public var blocksBehind = 0
  public var width = 1
  /// At most 1024.
  public var radius = 2
  public var alpha: Float = 0
  public var beta: Float = 0.75
  public var k: Float = 1

  /// Holds a batch of pixels with the squares of five blocks each.
  public static var scratchCount: Int { 64 * 16 * 6 }

  public init(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.output = output
    self.scratch = scratch
  }
}

/// Softmax over the channels of a run of neighbouring pixels. Unused channels become 0.
public struct SoftmaxArguments {
  /// First pixel in the first block's plane.
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  /// From one block's plane to the next, in floats.
  public var inputPlane = 0
  public var outputPlane = 0
  public var channels = 1
  public var width = 1

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}
