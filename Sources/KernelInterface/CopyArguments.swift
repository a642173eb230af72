/// Writes one band of one output block from the channels of a tensor of any block: concatenation
/// of channels that do not start on a block, subsampling, planar to blocked and back. Pitches in
/// floats.
///
/// Lane `l` of the output block gets input channel `firstChannel + l`: the lanes before channel 0
/// are left alone, those from `channels` on become 0.
public struct CopyArguments {
  /// First pixel of the band, first block.
  public var input: UnsafePointer<Float>
  /// First pixel of the band in the output block.
  public var output: UnsafeMutablePointer<Float>
  public var inputBlock = 1
  public var inputPlane = 0
  /// From one output row's input to the next: the input's row pitch times the stride.
  public var inputRow = 0
  /// From one output pixel's input to the next: the input's block times the stride.
  public var inputPixel = 1
  public var outputBlock = 1
  public var outputRow = 0
  /// The input channel of lane 0; negative where the range starts inside the block.
  public var firstChannel = 0
  /// Of the input.
  public var channels = 1
  public var rows = 1
  /// Output pixels per row.
  public var width = 1

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}
