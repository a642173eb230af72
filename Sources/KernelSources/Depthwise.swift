// Depthwise convolution of one channel block: every tap is a vector product of a pixel with the
// weights of its channels. A tile is a run of output pixels in registers; for the 3×3 kernels of
// stride 1 and 2 the taps of a row are unrolled, so that neighbouring pixels share their loads.
import Convolution

/// Neighbouring output pixels of one channel block.
protocol PixelRun: SendableMetatype {
  static var count: Int { get }
  init(repeating v: Vec)
  /// Adds the product of each pixel's input, `pixel` floats apart, with the same weights.
  func step(_ p: UnsafePointer<Float>, pixel: Int, _ weights: Vec) -> Self
  func adding(_ p: UnsafePointer<Float>) -> Self
  func clamped(_ limits: Clamp) -> Self
  func store(_ p: UnsafeMutablePointer<Float>)
}

struct OnePixel: PixelRun {
  static var count: Int { 1 }
  let v: Vec
  @inline(__always) init(repeating v: Vec) { self.v = v }
  @inline(__always) func step(_ p: UnsafePointer<Float>, pixel: Int, _ weights: Vec) -> Self {
    Self(repeating: fma(p.vec, weights, v))
  }
  @inline(__always) func adding(_ p: UnsafePointer<Float>) -> Self { Self(repeating: v + p.vec) }
  @inline(__always) func clamped(_ limits: Clamp) -> Self { Self(repeating: limits(v)) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) { p.vec = v }
}

struct PixelPair<L: PixelRun, R: PixelRun>: PixelRun {
  static var count: Int { L.count + R.count }
  let l: L
  let r: R
  @inline(__always) init(_ l: L, _ r: R) {
    self.l = l
    self.r = r
  }
  @inline(__always) init(repeating v: Vec) { self.init(L(repeating: v), R(repeating: v)) }
  @inline(__always) func step(_ p: UnsafePointer<Float>, pixel: Int, _ weights: Vec) -> Self {
    Self(
      l.step(p, pixel: pixel, weights), r.step(p + L.count * pixel, pixel: pixel, weights))
  }
  @inline(__always) func adding(_ p: UnsafePointer<Float>) -> Self {
    Self(l.adding(p), r.adding(p + L.count * Vec.scalarCount))
  }
  @inline(__always) func clamped(_ limits: Clamp) -> Self {
    Self(l.clamped(limits), r.clamped(limits))
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) {
    l.store(p)
    r.store(p + L.count * Vec.scalarCount)
  }
}

private typealias Run1 = OnePixel
private typealias Run2 = PixelPair<Run1, Run1>
private typealias Run4 = PixelPair<Run2, Run2>
private typealias Run8 = PixelPair<Run4, Run4>

// Eight pixels hide the FMA's latency; with 16 registers four leave room for the shared loads.
#if KERNELS_AVX512 || arch(arm64)
  private typealias Widest = Run8
#else
  private typealias Widest = Run4
#endif

func depthwiseBand(_ arguments: UnsafePointer<DepthwiseArguments>) {
  let a = arguments.pointee
  let dense = a.kernelHeight == 3 && a.kernelWidth == 3 && a.tapColumn == Vec.scalarCount
  switch (dense, a.strideWidth) {
  case (true, 1): rows(a, pixel: Vec.scalarCount, dense: true)
  case (true, 2): rows(a, pixel: 2 * Vec.scalarCount, dense: true)
  default: rows(a, pixel: a.strideWidth * Vec.scalarCount, dense: false)
  }
  guard a.activation > 2 else { return }
  for row in 0..<a.rows {
    activateInMemory(a.output + row * a.outputRow, a.width * Vec.scalarCount, a.activation)
  }
}

@inline(__always)
private func rows(_ a: DepthwiseArguments, pixel: Int, dense: Bool) {
  for row in 0..<a.rows {
    var x = 0
    while x + Widest.count <= a.width {
      run(Widest.self, a, row, x, pixel, dense)
      x += Widest.count
    }
    if x + Run4.count <= a.width {
      run(Run4.self, a, row, x, pixel, dense)
      x += Run4.count
    }
    while x < a.width {
      run(Run1.self, a, row, x, pixel, dense)
      x += 1
    }
  }
}

@inline(__always)
private func run<P: PixelRun>(
  _ tile: P.Type, _ a: DepthwiseArguments, _ row: Int, _ x: Int, _ pixel: Int, _ dense: Bool
) {
  var sum = P(repeating: a.bias.map { $0.vec } ?? Vec())
  var tapRow = a.input + row * a.inputRow + x * pixel
  var weights = a.weights
  if dense {
    for _ in 0..<3 {
      sum = sum.step(tapRow, pixel: pixel, weights.vec)
      sum = sum.step(tapRow + Vec.scalarCount, pixel: pixel, (weights + Vec.scalarCount).vec)
      sum = sum.step(
        tapRow + 2 * Vec.scalarCount, pixel: pixel, (weights + 2 * Vec.scalarCount).vec)
      tapRow += a.tapRow
      weights += 3 * Vec.scalarCount
    }
  } else {
    for _ in 0..<a.kernelHeight {
      var tap = tapRow
      for _ in 0..<a.kernelWidth {
        sum = sum.step(tap, pixel: pixel, weights.vec)
        tap += a.tapColumn
        weights += Vec.scalarCount
      }
      tapRow += a.tapRow
    }
  }
  if let residual = a.residual {
    sum = sum.adding(residual + row * a.residualRow + x * Vec.scalarCount)
  }
  sum.clamped(Clamp(a.activation)).store(a.output + row * a.outputRow + x * Vec.scalarCount)
}
