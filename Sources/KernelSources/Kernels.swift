// This module's face: everything that crosses its boundary.
import KernelInterface

/// The kernels of this module's instruction set.
public enum Kernels: KernelSet {
  public static var vectorWidth: Int { Vec.scalarCount }
  public static var vectorRegisters: Int { registerCount }
  public static var fusesMultiplyAdd: Bool { fusesProducts }

  public static func forEachKernel(_ visit: (KernelRow) -> Void) {
    bandKernels(visit)
    visit(KernelRow(.depthwise { depthwiseBand($0) }))
    winogradKernels(visit)
    winogradLineKernels(visit)
    visit(KernelRow(.elementwise { elementwiseBand($0) }))
    visit(KernelRow(.function { functionBand($0) }))
    visit(KernelRow(.arithmetic { arithmeticBand($0) }))
    visit(KernelRow(.pool { poolBand($0) }))
    visit(KernelRow(.averagePlanes { planeAverages($0) }))
    visit(KernelRow(.normalize { normalizeRow($0) }))
    visit(KernelRow(.softmax { softmaxPixels($0) }))
    visit(KernelRow(.copy { copyBand($0) }))
  }

  public static func fmaBurst(iterations: Int) -> Float { fmaChain(iterations) }
  public static var fmaBurstOperations: Int { fmaChainOperations }

  public static func readBurst(_ p: UnsafePointer<Float>, count: Int) -> Float {
    vectorSum(p, count)
  }
}
