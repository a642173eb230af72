// Operations across the channels of a pixel: local response normalisation and softmax.
import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Per batch of pixels: the squares of the blocks around are written side by side, then summed
/// through windows that start at any channel, then the power is taken of the whole batch.
func normalizeRow(_ arguments: UnsafePointer<NormalizationArguments>) {
  let a = arguments.pointee
  let w = Vec.scalarCount
  let reach = (a.radius + w - 1) / w
  let pitch = (2 * reach + 1) * w
  let batch = NormalizationArguments.scratchCount / (pitch + w)
  let squares = a.scratch
  let sums = a.scratch + batch * pitch
  var done = 0
  while done < a.width {
    let count = a.width - done < batch ? a.width - done : batch
    let input = a.input + done * w
    for block in -reach...reach {
      let exists = -block <= a.blocksBefore && block <= a.blocksBehind
      let plane = input + block * a.inputPlane
      for pixel in 0..<count {
        let x = exists ? (plane + pixel * w).vec : Vec()
        (squares + pixel * pitch + (block + reach) * w).vec = x * x
      }
    }
    for pixel in 0..<count {
      let centre = UnsafePointer(squares + pixel * pitch + reach * w)
      var sum = Vec()
      for offset in -a.radius...a.radius { sum += (centre + offset).unalignedVec }
      (sums + pixel * w).vec = fma(sum, Vec(repeating: a.alpha), Vec(repeating: a.k))
    }
    let output = a.output + done * w
    if a.beta == 0.75 {
      for pixel in 0..<count {
        let i = pixel * w
        let root = squareRoot((sums + i).vec)
        (output + i).vec = (input + i).vec / (root * squareRoot(root))
      }
    } else {
      for i in 0..<count * w { output[i] = input[i] * powf(sums[i], -a.beta) }
    }
    done += count
  }
}

extension UnsafePointer<Float> {
  /// The vector at an address of any alignment.
  @inline(__always) fileprivate var unalignedVec: Vec {
    UnsafeRawPointer(self).loadUnaligned(as: Vec.self)
  }
}

func softmaxPixels(_ arguments: UnsafePointer<SoftmaxArguments>) {
  let a = arguments.pointee
  let w = Vec.scalarCount
  let blocks = (a.channels + w - 1) / w
  for pixel in 0..<a.width {
    let input = a.input + pixel * w
    let output = a.output + pixel * w
    var largest = -Float.infinity
    for block in 0..<blocks {
      let lanes = a.channels - block * w < w ? a.channels - block * w : w
      for lane in 0..<lanes {
        let x = input[block * a.inputPlane + lane]
        largest = x > largest ? x : largest
      }
    }
    var sum: Float = 0
    for block in 0..<blocks {
      let lanes = a.channels - block * w < w ? a.channels - block * w : w
      for lane in 0..<w {
        let power = lane < lanes ? expf(input[block * a.inputPlane + lane] - largest) : 0
        output[block * a.outputPlane + lane] = power
        sum += power
      }
    }
    let share = Vec(repeating: 1 / sum)
    for block in 0..<blocks {
      let target = output + block * a.outputPlane
      target.vec = target.vec * share
    }
  }
}
