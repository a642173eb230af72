// This module's face: everything that crosses its boundary.
import KernelInterface

/// The kernels of this module's instruction set.
public enum Kernels: KernelSet {
  public static var vectorWidth: Int { Vec.scalarCount }

  public static var fusesMultiplyAdd: Bool {
    #if KERNELS_AVX512 || KERNELS_AVX2 || arch(arm64)
      true
    #else
      false
    #endif
  }

  public static func tilePixels(columns: Int, rows: Int, step: PixelStep) -> Int {
    tileLimit(columns: columns, rows: rows, step: step)
  }

  public static func band(columns: Int, pixels: Int, rows: Int, step: PixelStep) -> BandKernel? {
    bandKernel(columns: columns, pixels: pixels, rows: rows, step: step)
  }

  public static func depthwise(_ arguments: UnsafePointer<DepthwiseArguments>) {
    depthwiseBand(arguments)
  }

  public static func winogradInput(_ m: Int, _ arguments: UnsafePointer<WinogradInputArguments>) {
    winogradInputTiles(m, arguments)
  }

  public static func winogradOutput(
    _ m: Int, _ arguments: UnsafePointer<WinogradOutputArguments>
  ) {
    winogradOutputTiles(m, arguments)
  }

  public static func elementwise(_ arguments: UnsafePointer<ElementwiseArguments>) {
    elementwiseBand(arguments)
  }

  public static func function(_ arguments: UnsafePointer<FunctionArguments>) {
    functionBand(arguments)
  }

  public static func arithmetic(_ arguments: UnsafePointer<ArithmeticArguments>) {
    arithmeticBand(arguments)
  }

  public static func pool(_ arguments: UnsafePointer<PoolArguments>) { poolBand(arguments) }

  public static func averagePlanes(_ arguments: UnsafePointer<PlaneAverageArguments>) {
    planeAverages(arguments)
  }

  public static func normalize(_ arguments: UnsafePointer<NormalizationArguments>) {
    normalizeRow(arguments)
  }

  public static func softmax(_ arguments: UnsafePointer<SoftmaxArguments>) {
    softmaxPixels(arguments)
  }

  public static func copy(_ arguments: UnsafePointer<CopyArguments>) { copyBand(arguments) }

  public static func fmaBurst(iterations: Int) -> Float { fmaChain(iterations) }
  public static var fmaBurstOperations: Int { fmaChainOperations }

  public static func readBurst(_ p: UnsafePointer<Float>, count: Int) -> Float {
    vectorSum(p, count)
  }
}
