// Functions of one element (see `FunctionArguments`): one pass over a band.
import KernelInterface

/// A function with its numbers in registers.
private protocol VectorFunction: SendableMetatype {
  func callAsFunction(_ x: Vec) -> Vec
}

private struct LeakyRelu: VectorFunction {
  let slope: Vec
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec {
    fma(minimum(Vec(), x), slope, maximum(Vec(), x))
  }
}

private struct Clip: VectorFunction {
  let low: Vec
  let high: Vec
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec { minimum(high, maximum(low, x)) }
}

private struct Sigmoid: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec { sigmoid(x) }
}

private struct HardSigmoid: VectorFunction {
  let slope: Vec
  let shift: Vec
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec { clamp(fma(x, slope, shift), 0, 1) }
}

private struct HardSwish: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec {
    x * clamp(fma(x, Vec(repeating: 1.0 / 6), Vec(repeating: 0.5)), 0, 1)
  }
}

private struct Silu: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec {
    x / (Vec(repeating: 1) + exponential(-x))
  }
}

private struct Elu: VectorFunction {
  let alpha: Vec
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec {
    fma(exponentialMinusOne(minimum(Vec(), x)), alpha, maximum(Vec(), x))
  }
}

private struct Exponential: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec { exponential(x) }
}

private struct SquareRoot: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec { squareRoot(x) }
}

private struct Absolute: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec { maximum(x, -x) }
}

/// `erf x`, within 3e-7 of it relatively. `erf |x|` is `1 - e^q`, exact near 0 too, with
/// `q = |x| r(|x|)`; r is the polynomial of degree 8 that fits `ln(1 - erf |x|) / |x|` up to 4 with the
/// smallest relative error of the result, 4e-9.
@inline(__always)
private func errorFunction(_ x: Vec) -> Vec {
  // Beyond 4 it is 1; the constant first, so that an x that is NaN wins.
  let size = minimum(Vec(repeating: 4), maximum(x, -x))
  var r = fma(size, Vec(repeating: 9.260_749e-6), Vec(repeating: -1.176_830_3e-4))
  r = fma(r, size, Vec(repeating: 6.329_929e-4))
  r = fma(r, size, Vec(repeating: -1.667_328_5e-3))
  r = fma(r, size, Vec(repeating: 1.607_175_7e-4))
  r = fma(r, size, Vec(repeating: 1.915_287_4e-2))
  r = fma(r, size, Vec(repeating: -0.102_777_77))
  r = fma(r, size, Vec(repeating: -0.636_619_4))
  r = fma(r, size, Vec(repeating: -1.128_379_2))
  let value = unsafeBitCast(-exponentialMinusOne(r * size), to: VecBits.self)
  let sign = unsafeBitCast(x, to: VecBits.self) & VecBits(repeating: .min)
  return unsafeBitCast((value & VecBits(repeating: .max)) | sign, to: Vec.self)
}

private struct ErrorFunction: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec { errorFunction(x) }
}

private struct Gelu: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vec) -> Vec {
    let half = x * Vec(repeating: 0.5)
    return fma(half, errorFunction(x * Vec(repeating: 0.707_106_77)), half)
  }
}

func functionBand(_ arguments: UnsafePointer<FunctionArguments>) {
  let a = arguments.pointee
  let first = a.slopes.map { $0.vec } ?? Vec(repeating: a.first)
  let second = Vec(repeating: a.second)
  switch a.code {
  case .leakyRelu: apply(LeakyRelu(slope: first), a)
  case .clip: apply(Clip(low: first, high: second), a)
  case .sigmoid: apply(Sigmoid(), a)
  case .hardSigmoid: apply(HardSigmoid(slope: first, shift: second), a)
  case .hardSwish: apply(HardSwish(), a)
  case .silu: apply(Silu(), a)
  case .elu: apply(Elu(alpha: first), a)
  case .exponential: apply(Exponential(), a)
  case .squareRoot: apply(SquareRoot(), a)
  case .absolute: apply(Absolute(), a)
  case .errorFunction: apply(ErrorFunction(), a)
  case .gelu: apply(Gelu(), a)
  }
}

@inline(__always)
private func apply<F: VectorFunction>(_ function: F, _ a: FunctionArguments) {
  let mask = LaneMask(lanes: a.lanes)
  let count = a.width * Vec.scalarCount
  for row in 0..<a.rows {
    let input = a.input + row * a.inputRow
    let output = a.output + row * a.outputRow
    var i = 0
    while i < count {
      (output + i).vec = mask(function((input + i).vec))
      i += Vec.scalarCount
    }
  }
}
