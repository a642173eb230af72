// Moves channels from one layout to another (see `CopyArguments`).
import KernelInterface

func copyBand(_ arguments: UnsafePointer<CopyArguments>) {
  let a = arguments.pointee
  let whole =
    a.inputBlock == Vec.scalarCount && a.outputBlock == Vec.scalarCount && a.firstChannel >= 0
    && a.firstChannel % Vec.scalarCount == 0 && a.firstChannel < a.channels
  for row in 0..<a.rows {
    let input = a.input + row * a.inputRow
    let output = a.output + row * a.outputRow
    if whole {
      // The unused channels of the input's last block are zeros already.
      let plane = input + a.firstChannel / Vec.scalarCount * a.inputPlane
      for pixel in 0..<a.width {
        (output + pixel * Vec.scalarCount).vec = (plane + pixel * a.inputPixel).vec
      }
      continue
    }
    for lane in 0..<a.outputBlock {
      let channel = a.firstChannel + lane
      if channel < 0 { continue }
      if channel >= a.channels {
        for pixel in 0..<a.width { output[pixel * a.outputBlock + lane] = 0 }
        continue
      }
      let plane = input + channel / a.inputBlock * a.inputPlane + channel % a.inputBlock
      for pixel in 0..<a.width {
        output[pixel * a.outputBlock + lane] = plane[pixel * a.inputPixel]
      }
    }
  }
}
