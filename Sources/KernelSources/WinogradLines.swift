// Winograd's one-dimensional transforms on eight points, for kernels of one row or one column. A
// vector holds one pixel of all channels of a block.
import KernelInterface

/// F(4, 5): the points of F(6, 3), so its input transform too.
enum F4x5: WinogradTransform {
  static var m: Int { 4 }
  @inline(__always) static func input(_ d: (Int) -> Vec, _ t: (Int, Vec) -> Void) {
    F6x3.input(d, t)
  }
  @inline(__always) static func output(_ d: (Int) -> Vec, _ y: (Int, Vec) -> Void) {
    let (d0, d1, d2, d3) = (d(0), d(1), d(2), d(3))
    let (d4, d5, d6, d7) = (d(4), d(5), d(6), d(7))
    let (sum1, sum2, sum3) = (d1 + d2, d3 + d4, d5 + d6)
    let (dif1, dif2, dif3) = (d1 - d2, d3 - d4, d5 - d6)
    y(0, d0 + sum1 + (sum2 + sum3))
    y(1, times(dif2, 2, plus: times(dif3, 0.5, plus: dif1)))
    y(2, times(sum2, 4, plus: times(sum3, 0.25, plus: sum1)))
    y(3, times(dif2, 8, plus: times(dif3, 0.125, plus: dif1 + d7)))
  }
}

/// F(2, 7)
enum F2x7: WinogradTransform {
  static var m: Int { 2 }
  @inline(__always) static func input(_ d: (Int) -> Vec, _ t: (Int, Vec) -> Void) {
    F6x3.input(d, t)
  }
  @inline(__always) static func output(_ d: (Int) -> Vec, _ y: (Int, Vec) -> Void) {
    let (d0, d1, d2, d3) = (d(0), d(1), d(2), d(3))
    let (d4, d5, d6, d7) = (d(4), d(5), d(6), d(7))
    y(0, d0 + (d1 + d2) + ((d3 + d4) + (d5 + d6)))
    y(1, times(d3 - d4, 2, plus: times(d5 - d6, 0.5, plus: (d1 - d2) + d7)))
  }
}

func winogradLineKernels(_ visit: (KernelRow) -> Void) {
  visit(KernelRow(.winogradLineInput { inputLines($0) }))
  lineOutput(F6x3.self, visit)
  lineOutput(F4x5.self, visit)
  lineOutput(F2x7.self, visit)
}

@inline(__always)
private func lineOutput<T: WinogradTransform>(_ transform: T.Type, _ visit: (KernelRow) -> Void) {
  visit(KernelRow(.winogradLineOutput(T.m) { outputLines(T.self, $0) }))
}

private func inputLines(_ arguments: UnsafePointer<WinogradLineInputArguments>) {
  let a = arguments.pointee
  let (point, element, readable) = (a.inputPoint, a.outputElement, a.readablePoints)
  var source = a.input
  var target = a.output
  for _ in 0..<a.tiles {
    if readable >= 8 {
      F6x3.input({ (source + $0 * point).vec }, { (target + $0 * element).vec = $1 })
    } else {
      F6x3.input(
        { $0 < readable ? (source + $0 * point).vec : Vec() },
        { (target + $0 * element).vec = $1 })
    }
    source += a.inputTile
    target += Vec.scalarCount
  }
}

@inline(__always)
private func outputLines<T: WinogradTransform>(
  _ transform: T.Type, _ arguments: UnsafePointer<WinogradLineOutputArguments>
) {
  let a = arguments.pointee
  let bias = a.bias.map { $0.vec } ?? Vec()
  let limits = Clamp(a.activation)
  let (point, element, writable) = (a.outputPoint, a.inputElement, a.writablePoints)
  for tile in 0..<a.tiles {
    let source = a.input + tile * Vec.scalarCount
    let target = a.output + tile * a.outputTile
    let residual = a.residual.map { $0 + tile * a.residualTile }
    T.output(
      { (source + $0 * element).vec },
      { x, value in
        guard x < writable else { return }
        var sum = value + bias
        if let residual { sum += (residual + x * a.residualPoint).vec }
        (target + x * point).vec = limits(sum)
      })
    if a.activation.isInMemory {
      for x in 0..<min(T.m, writable) {
        activateInMemory(target + x * point, Vec.scalarCount, a.activation)
      }
    }
  }
}
