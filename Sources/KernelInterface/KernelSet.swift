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

  /// Vector registers of the instruction set.
  static var vectorRegisters: Int { get }

  /// Shows every kernel, each once. A visitor and not an array: kernel modules instantiate nothing
  /// of the standard library (docs/workarounds.md).
  static func forEachKernel(_ visit: (KernelRow) -> Void)

  /// Calibration: `iterations` × `fmaBurstOperations` floating-point operations, independent
  /// enough to keep every FMA unit busy. Returns a value that depends on all of them.
  static func fmaBurst(iterations: Int) -> Float
  /// Floating-point operations of one iteration of `fmaBurst`.
  static var fmaBurstOperations: Int { get }
  /// Calibration: reads `count` floats (a multiple of 16 vectors) and returns their sum.
  static func readBurst(_ p: UnsafePointer<Float>, count: Int) -> Float
}
