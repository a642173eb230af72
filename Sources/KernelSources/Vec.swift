// The vector type of this module's instruction set, and the few operations that need C.
import CSIMD

#if KERNELS_AVX512
  typealias Vec = SIMD16<Float>
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
#elseif KERNELS_AVX2
  typealias Vec = SIMD8<Float>
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
#else
  typealias Vec = SIMD4<Float>
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
#endif

extension UnsafePointer<Float> {
  /// The vector at this address; callers keep it aligned to the vector's size.
  @inline(__always) var vec: Vec {
    UnsafeRawPointer(self).assumingMemoryBound(to: Vec.self).pointee
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always) var vec: Vec {
    get { UnsafeRawPointer(self).assumingMemoryBound(to: Vec.self).pointee }
    nonmutating set {
      UnsafeMutableRawPointer(self).assumingMemoryBound(to: Vec.self).pointee = newValue
    }
  }
}
