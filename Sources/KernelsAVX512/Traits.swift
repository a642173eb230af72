// What tells AVX-512 from the other instruction sets: the vector, the few operations on it that need
// C, and how many registers there are for it. Everything else of this module is `KernelSources`.
import CSIMD

typealias Vec = SIMD16<Float>
typealias VecBits = SIMD16<Int32>

/// Vector registers.
@inline(__always) var registerCount: Int { 32 }
/// Multiply-adds are fused (one rounding).
@inline(__always) var fusesProducts: Bool { true }
/// The weights of 3×3 depthwise taps.
typealias DenseTaps = HeldTaps

@inline(__always) func fma(_ a: Vec, _ b: Vec, _ c: Vec) -> Vec { cs_fma16(a, b, c) }
@inline(__always) func broadcast(_ p: UnsafePointer<Float>) -> Vec { cs_broadcast16(p) }
@inline(__always) func heldInRegister(_ v: Vec) -> Vec { cs_hold16(v) }
@inline(__always) func maximum(_ a: Vec, _ b: Vec) -> Vec { cs_max16(a, b) }
@inline(__always) func minimum(_ a: Vec, _ b: Vec) -> Vec { cs_min16(a, b) }
@inline(__always) func squareRoot(_ v: Vec) -> Vec { cs_sqrt16(v) }
@inline(__always) func rootEstimate(_ v: Vec) -> Vec { cs_rsqrt_estimate16(v) }
@inline(__always) func sumOfFive(_ a: Vec, _ b: Vec, _ c: Vec) -> Vec {
  cs_sum_of_five16(a, b, c)
}
