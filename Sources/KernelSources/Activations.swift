// Activations: clamps in registers, everything else in memory behind the stores.
import KernelInterface

/// The bounds come first, so that a NaN stays one (see `maximum`).
@inline(__always) func clamp(_ v: Vec, _ low: Float, _ high: Float) -> Vec {
  minimum(Vec(repeating: high), maximum(Vec(repeating: low), v))
}

extension ActivationCode {
  /// It is more than a clamp, and is applied to the stored output (`activateInMemory`).
  @inline(__always) var isInMemory: Bool {
    switch self {
    case .none, .relu, .relu6: false
    case .tanh: true
    }
  }
}

/// What an activation does to registers: the bounds of a clamp.
struct Clamp {
  let low: Float
  let high: Float
  let isIdentity: Bool

  @inline(__always) init(_ code: ActivationCode) {
    switch code {
    case .none, .tanh: (low, high, isIdentity) = (-.infinity, .infinity, true)
    case .relu: (low, high, isIdentity) = (0, .infinity, false)
    case .relu6: (low, high, isIdentity) = (0, 6, false)
    }
  }

  @inline(__always) func callAsFunction(_ v: Vec) -> Vec { clamp(v, low, high) }
}

/// Applies the activations that are not clamps to `count` floats, a whole number of vectors. Not
/// inlined, so that no register tile has to give registers up for it.
@inline(never)
func activateInMemory(_ p: UnsafeMutablePointer<Float>, _ count: Int, _ code: ActivationCode) {
  guard code.isInMemory else { return }
  var i = 0
  while i < count {
    (p + i).vec = hyperbolicTangent((p + i).vec)
    i += Vec.scalarCount
  }
}

/// `tanh x`, within 3e-7 of it relatively, through `e^2|x| - 1`, which is exact near 0.
@inline(__always)
private func hyperbolicTangent(_ x: Vec) -> Vec {
  // Beyond 10 it is 1; the constant first, so that an x that is NaN wins.
  let power = exponentialMinusOne(minimum(Vec(repeating: 20), maximum(x + x, -(x + x))))
  let sign = unsafeBitCast(x, to: VecBits.self) & VecBits(repeating: .min)
  let size = unsafeBitCast(power / (power + Vec(repeating: 2)), to: VecBits.self)
  return unsafeBitCast(size | sign, to: Vec.self)
}
