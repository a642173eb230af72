// What tells AVX2 from the other instruction sets: the vector, the few operations on it that need
// C, and how many registers there are for it. Everything else of this module is `KernelSources`.
import CSIMD

typealias Vec = SIMD8<Float>
typealias VecBits = SIMD8<Int32>

/// Vector registers.
@inline(__always) var registerCount: Int { 16 }
/// Multiply-adds are fused (one rounding).
@inline(__always) var fusesProducts: Bool { true }
/// The weights of 3×3 depthwise taps.
typealias DenseTaps = LoadedTaps

@inline(__always) func fma(_ a: Vec, _ b: Vec, _ c: Vec) -> Vec { cs_fma8(a, b, c) }
@inline(__always) func broadcast(_ p: UnsafePointer<Float>) -> Vec { cs_broadcast8(p) }
@inline(__always) func heldInRegister(_ v: Vec) -> Vec { cs_hold8(v) }
@inline(__always) func maximum(_ a: Vec, _ b: Vec) -> Vec { cs_max8(a, b) }
@inline(__always) func minimum(_ a: Vec, _ b: Vec) -> Vec { cs_min8(a, b) }
@inline(__always) func squareRoot(_ v: Vec) -> Vec { cs_sqrt8(v) }
@inline(__always) func rootEstimate(_ v: Vec) -> Vec { cs_rsqrt_estimate8(v) }
@inline(__always) func sumOfFive(_ a: Vec, _ b: Vec, _ c: Vec) -> Vec {
  cs_sum_of_five8(a, b, c)
}
