// Operations on two tensors (see `ArithmeticArguments`): one pass over a band.
import KernelInterface

private protocol VectorOperation: SendableMetatype {
  static func combine(_ a: Vec, _ b: Vec) -> Vec
}

private enum Sum: VectorOperation {
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec { a + b }
}
private enum Difference: VectorOperation {
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec { a - b }
}
private enum Product: VectorOperation {
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec { a * b }
}
private enum Quotient: VectorOperation {
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec { a / b }
}

private enum Maximum: VectorOperation {
  // Of the two, b where it is larger or no number; no comparison holds where a is none.
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec {
    a.replacing(with: b, where: (b .> a) .| (b .!= b))
  }
}
private enum Minimum: VectorOperation {
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec {
    a.replacing(with: b, where: (b .< a) .| (b .!= b))
  }
}

func arithmeticBand(_ arguments: UnsafePointer<ArithmeticArguments>) {
  let a = arguments.pointee
  switch a.code {
  case .add: combine(Sum.self, a)
  case .subtract: combine(Difference.self, a)
  case .multiply: combine(Product.self, a)
  case .divide: combine(Quotient.self, a)
  case .maximum: combine(Maximum.self, a)
  case .minimum: combine(Minimum.self, a)
  }
}

/// One loop for every way in which the lanes of the operands are filled.
@inline(__always)
private func combine<O: VectorOperation>(_ operation: O.Type, _ a: ArithmeticArguments) {
  if a.first.repeatsChannel {
    combine(operation, a, first: { broadcast($0) }, second: { $0.vec })
  } else if a.second.repeatsChannel {
    combine(operation, a, first: { $0.vec }, second: { broadcast($0) })
  } else {
    combine(operation, a, first: { $0.vec }, second: { $0.vec })
  }
}

@inline(__always)
private func combine<O: VectorOperation>(
  _ operation: O.Type, _ a: ArithmeticArguments, first load: (UnsafePointer<Float>) -> Vec,
  second loadSecond: (UnsafePointer<Float>) -> Vec
) {
  let mask = LaneMask(lanes: a.lanes)
  for row in 0..<a.rows {
    var first = a.first.base + row * a.first.row
    var second = a.second.base + row * a.second.row
    var output = a.output + row * a.outputRow
    for _ in 0..<a.width {
      output.vec = mask(O.combine(load(first), loadSecond(second)))
      first += a.first.pixel
      second += a.second.pixel
      output += Vec.scalarCount
    }
  }
}
