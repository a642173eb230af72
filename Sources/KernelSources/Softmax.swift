// Softmax over the channels of a pixel (see `SoftmaxArguments`).
import KernelInterface

/// Three passes over a pixel's blocks: the largest channel, powers and their sum, shares.
func softmaxPixels(_ arguments: UnsafePointer<SoftmaxArguments>) {
  let a = arguments.pointee
  let w = Vec.scalarCount
  let last = (a.channels - 1) / w
  let lanes = a.channels - last * w
  let mask = LaneMask(lanes: lanes)
  for pixel in 0..<a.width {
    let input = a.input + pixel * w
    let output = a.output + pixel * w
    let shift = Vec(repeating: largest(input, a.inputPlane, fullBlocks: last, lanes: lanes))
    var sums = Vec()
    for block in 0..<last {
      let power = exponential((input + block * a.inputPlane).vec - shift)
      (output + block * a.outputPlane).vec = power
      sums += power
    }
    let power = mask(exponential((input + last * a.inputPlane).vec - shift))
    (output + last * a.outputPlane).vec = power
    sums += power
    var sum: Float = 0
    for lane in 0..<w { sum += sums[lane] }
    let share = Vec(repeating: 1 / sum)
    for block in 0...last {
      let target = output + block * a.outputPlane
      target.vec = target.vec * share
    }
  }
}

/// The largest of a pixel's channels: `fullBlocks` blocks and the first `lanes` of one more.
@inline(__always)
private func largest(
  _ input: UnsafePointer<Float>, _ plane: Int, fullBlocks: Int, lanes: Int
) -> Float {
  var p = Vec(repeating: -.infinity)
  var q = p
  var r = p
  var s = p
  var block = 0
  while block + 4 <= fullBlocks {
    let first = input + block * plane
    p = maximum(p, first.vec)
    q = maximum(q, (first + plane).vec)
    r = maximum(r, (first + 2 * plane).vec)
    s = maximum(s, (first + 3 * plane).vec)
    block += 4
  }
  while block < fullBlocks {
    p = maximum(p, (input + block * plane).vec)
    block += 1
  }
  p = maximum(maximum(p, q), maximum(r, s))
  var result = -Float.infinity
  for lane in 0..<Vec.scalarCount { result = p[lane] > result ? p[lane] : result }
  let rest = input + fullBlocks * plane
  for lane in 0..<lanes { result = rest[lane] > result ? rest[lane] : result }
  return result
}
