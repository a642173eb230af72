// Activations: clamps in registers, everything else in memory behind the stores.
import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@inline(__always) func clamp(_ v: Vec, _ low: Float, _ high: Float) -> Vec {
  minimum(maximum(v, Vec(repeating: low)), Vec(repeating: high))
}

/// What `Activation.code` does to registers: the bounds of a clamp.
struct Clamp {
  let low: Float
  let high: Float
  let isIdentity: Bool

  @inline(__always) init(_ code: Int32) {
    low = code == 1 || code == 2 ? 0 : -.infinity
    high = code == 2 ? 6 : .infinity
    isIdentity = !(code == 1 || code == 2)
  }

  @inline(__always) func callAsFunction(_ v: Vec) -> Vec { clamp(v, low, high) }
}

/// Applies the activations that are not clamps. Not inlined, so that no register tile has to keep
/// its accumulators across a call into libm.
@inline(never) func activateInMemory(_ p: UnsafeMutablePointer<Float>, _ count: Int, _ code: Int32)
{
  if code == 3 { for i in 0..<count { p[i] = tanhf(p[i]) } }
}
