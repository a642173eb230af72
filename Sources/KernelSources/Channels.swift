// Local response normalisation: sums across the channels of a pixel.
import KernelInterface

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

func normalizeRow(_ arguments: UnsafePointer<NormalizationArguments>) {
  let a = arguments.pointee
  if a.radius == 2, a.beta == 0.75 { normalizeByFive(a) } else { normalizeAny(a) }
}

/// Five channels and the power 0.75, as in AlexNet and GoogLeNet: everything in registers.
@inline(__always)
private func normalizeByFive(_ a: NormalizationArguments) {
  let alpha = Vec(repeating: a.alpha)
  let k = Vec(repeating: a.k)
  for i in 0..<a.width {
    let pixel = a.input + i * Vec.scalarCount
    let x = pixel.vec
    let before = a.blocksBefore > 0 ? (pixel - a.inputPlane).vec : Vec()
    let behind = a.blocksBehind > 0 ? (pixel + a.inputPlane).vec : Vec()
    let sum = fma(sumOfFive(before * before, x * x, behind * behind), alpha, k)
    (a.output + i * Vec.scalarCount).vec = x * reciprocalThreeQuarters(sum)
  }
}

/// `s^-¾`, within 4e-7 of it relatively: estimates give `z = (s^-½)² (s^-½)^-½`, within 1e-3, and
/// as `s^-¾ = z (1 - d)^-¼` with `d = 1 - s³ z⁴`, three terms of the power's series the rest.
@inline(__always)
private func reciprocalThreeQuarters(_ s: Vec) -> Vec {
  let root = rootEstimate(s)
  let z = root * root * rootEstimate(root)
  let fourth = s * z
  let d = Vec(repeating: 1) - (fourth * fourth) * (fourth * z)
  return fma(z * d, fma(d, Vec(repeating: 0.156_25), Vec(repeating: 0.25)), z)
}

/// Per batch of pixels: the squares of the blocks around are written side by side, then summed
/// through windows that start at any channel, then the power is taken of the whole batch.
private func normalizeAny(_ a: NormalizationArguments) {
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
