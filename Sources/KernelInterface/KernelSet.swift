/// The leaf kernels of one instruction set. Each ISA module has one conforming type, `Kernels`,
/// made from the same sources; nothing else crosses the module boundary.
///
/// Kernels are leaf code over pointers: they allocate nothing, check nothing, and expect callers
/// to keep the invariants that the argument types state.
public protocol KernelSet: Sendable {
  /// Floats in a vector, and the channel block of its NCHWc tensors.
  static var vectorWidth: Int { get }
  /// Multiply-adds are fused (one rounding).
  static var fusesMultiplyAdd: Bool { get }

  /// The most output pixels that a register tile of so many output-channel blocks and output rows
  /// (1 or 2) can have per row without spilling; 0 where there is no such tile.
  static func tilePixels(columns: Int, rows: Int, step: PixelStep) -> Int
  /// The register tile kernel, nil where there is none.
  static func band(columns: Int, pixels: Int, rows: Int, step: PixelStep) -> BandKernel?

  /// Depthwise convolution of one channel block.
  static func depthwise(_ arguments: UnsafePointer<DepthwiseArguments>)

  /// Winograd's transforms for output tiles of 2, 4 or 6.
  static func winogradInput(_ m: Int, _ arguments: UnsafePointer<WinogradInputArguments>)
  static func winogradOutput(_ m: Int, _ arguments: UnsafePointer<WinogradOutputArguments>)

  /// The operations between convolutions, on one band of one channel block each.
  static func elementwise(_ arguments: UnsafePointer<ElementwiseArguments>)
  static func function(_ arguments: UnsafePointer<FunctionArguments>)
  static func arithmetic(_ arguments: UnsafePointer<ArithmeticArguments>)
  static func pool(_ arguments: UnsafePointer<PoolArguments>)
  static func averagePlanes(_ arguments: UnsafePointer<PlaneAverageArguments>)
  static func normalize(_ arguments: UnsafePointer<NormalizationArguments>)
  static func softmax(_ arguments: UnsafePointer<SoftmaxArguments>)
  static func copy(_ arguments: UnsafePointer<CopyArguments>)

  /// Calibration: `iterations` × `fmaBurstOperations` floating-point operations, independent
  /// enough to keep every FMA unit busy. Returns a value that depends on all of them.
  static func fmaBurst(iterations: Int) -> Float
  /// Floating-point operations of one iteration of `fmaBurst`.
  static var fmaBurstOperations: Int { get }
  /// Calibration: reads `count` floats (a multiple of 16 vectors) and returns their sum.
  static func readBurst(_ p: UnsafePointer<Float>, count: Int) -> Float
}
