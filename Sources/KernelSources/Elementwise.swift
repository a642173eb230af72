// Scale and shift, addition, activation: one pass over a band (see `ElementwiseArguments`).
import KernelInterface

func elementwiseBand(_ arguments: UnsafePointer<ElementwiseArguments>) {
  let a = arguments.pointee
  let limits = Clamp(a.activation)
  let scale = a.scale.map { $0.vec } ?? Vec(repeating: 1)
  let shift = a.shift.map { $0.vec } ?? Vec()
  let count = a.width * Vec.scalarCount
  for row in 0..<a.rows {
    let input = a.input + row * a.inputRow
    let output = a.output + row * a.outputRow
    var i = 0
    if let addend = a.addend {
      let other = addend + row * a.addendRow
      while i < count {
        (output + i).vec = limits(fma((input + i).vec, scale, shift) + (other + i).vec)
        i += Vec.scalarCount
      }
    } else {
      while i < count {
        (output + i).vec = limits(fma((input + i).vec, scale, shift))
        i += Vec.scalarCount
      }
    }
    if a.activation.isInMemory { activateInMemory(output, count, a.activation) }
  }
}
