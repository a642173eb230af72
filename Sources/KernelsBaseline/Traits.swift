// What tells NEON (arm64) and SSE2 (x86-64) from the other instruction sets: the vector, the few operations on it that need
// C, and how many registers there are for it. Everything else of this module is `KernelSources`.
import CSIMD

typealias Vec = SIMD4<Float>
typealias VecBits = SIMD4<Int32>

#if arch(arm64)
  /// Vector registers.
  @inline(__always) var registerCount: Int { 32 }
  /// Multiply-adds are fused (one rounding).
  @inline(__always) var fusesProducts: Bool { true }
  /// The weights of 3×3 depthwise taps.
  typealias DenseTaps = HeldTaps
#else
  /// Vector registers.
  @inline(__always) var registerCount: Int { 16 }
  /// Multiply-adds are two roundings.
  @inline(__always) var fusesProducts: Bool { false }
  /// The weights of 3×3 depthwise taps.
  typealias DenseTaps = LoadedTaps
#endif

@inline(__always) func fma(_ a: Vec, _ b: Vec, _ c: Vec) -> Vec { cs_fma4(a, b, c) }
@inline(__always) func broadcast(_ p: UnsafePointer<Float>) -> Vec { cs_broadcast4(p) }
@inline(__always) func heldInRegister(_ v: Vec) -> Vec { cs_hold4(v) }
@inline(__always) func maximum(_ a: Vec, _ b: Vec) -> Vec { cs_max4(a, b) }
@inline(__always) func minimum(_ a: Vec, _ b: Vec) -> Vec { cs_min4(a, b) }
@inline(__always) func squareRoot(_ v: Vec) -> Vec { cs_sqrt4(v) }
@inline(__always) func rootEstimate(_ v: Vec) -> Vec { cs_rsqrt_estimate4(v) }
@inline(__always) func sumOfFive(_ a: Vec, _ b: Vec, _ c: Vec) -> Vec {
  cs_sum_of_five4(a, b, c)
}
