// Depthwise convolution of channel blocks: every tap is a vector product of a pixel with the
// weights of its channels. A tile is a run of output pixels in registers; for the 3×3 kernels of
// stride 1 and 2 the taps are unrolled, so that neighbouring pixels share their loads.
import CSIMD
import KernelInterface

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
private typealias Run3 = PixelPair<Run2, Run1>
private typealias Run4 = PixelPair<Run2, Run2>
private typealias Run5 = PixelPair<Run4, Run1>
private typealias Run6 = PixelPair<Run4, Run2>
private typealias Run7 = PixelPair<Run4, Run3>
private typealias Run8 = PixelPair<Run4, Run4>

// Eight pixels hide the FMA's latency and leave room for nine weights in 32 registers. Of 16, seven
// leave room for a row of weights, and the common widths are multiples of seven.
@inline(__always) private var widest: Int { hasManyRegisters ? 8 : 7 }

/// Planes ahead for which weights are asked. They come from farther than the pixels, which the
/// layer before has just written.
private let weightsAhead = 2

/// How the taps are walked. A type rather than a value, so that every combination with a run is
/// compiled with constants. An instance holds what stays the same over a plane.
private protocol TapWalk: SendableMetatype {
  init(_ weights: UnsafePointer<Float>, _ a: DepthwiseArguments)
  /// Floats between the inputs of neighbouring pixels.
  var pixel: Int { get }
  /// Adds all products of a run whose first tap is `tap`.
  func add<P: PixelRun>(_ sum: P, _ tap: UnsafePointer<Float>) -> P
}

/// 3×3 dense taps at stride 1.
private struct Dense1: TapWalk {
  let taps: DenseTaps
  let tapRow: Int
  @inline(__always) init(_ weights: UnsafePointer<Float>, _ a: DepthwiseArguments) {
    taps = DenseTaps(weights)
    tapRow = a.tapRow
  }
  @inline(__always) var pixel: Int { Vec.scalarCount }
  @inline(__always) func add<P: PixelRun>(_ sum: P, _ tap: UnsafePointer<Float>) -> P {
    // The only row that the output row below needs anew. Stride 2 needs two, and gains nothing.
    let next = tap + 3 * tapRow
    for i in 0..<P.count { cs_prefetch(next + i * Vec.scalarCount) }
    return taps.add(sum, tap, row: tapRow, pixel: pixel)
  }
}

/// 3×3 dense taps at stride 2.
private struct Dense2: TapWalk {
  let taps: DenseTaps
  let tapRow: Int
  @inline(__always) init(_ weights: UnsafePointer<Float>, _ a: DepthwiseArguments) {
    taps = DenseTaps(weights)
    tapRow = a.tapRow
  }
  @inline(__always) var pixel: Int { 2 * Vec.scalarCount }
  @inline(__always) func add<P: PixelRun>(_ sum: P, _ tap: UnsafePointer<Float>) -> P {
    taps.add(sum, tap, row: tapRow, pixel: pixel)
  }
}

/// Any number of taps, stride and dilation.
private struct AnyTaps: TapWalk {
  let weights: UnsafePointer<Float>
  let a: DepthwiseArguments
  @inline(__always) init(_ weights: UnsafePointer<Float>, _ a: DepthwiseArguments) {
    self.weights = weights
    self.a = a
  }
  @inline(__always) var pixel: Int { a.strideWidth * Vec.scalarCount }
  @inline(__always) func add<P: PixelRun>(_ sum: P, _ tap: UnsafePointer<Float>) -> P {
    var sum = sum
    var weights = weights
    for r in 0..<a.kernelHeight {
      for s in 0..<a.kernelWidth {
        sum = sum.step(tap + r * a.tapRow + s * a.tapColumn, pixel: pixel, weights.vec)
        weights += Vec.scalarCount
      }
    }
    return sum
  }
}

func depthwiseBand(_ arguments: UnsafePointer<DepthwiseArguments>) {
  let a = arguments.pointee
  let isDense = a.kernelHeight == 3 && a.kernelWidth == 3 && a.tapColumn == Vec.scalarCount
  switch (isDense, a.strideWidth) {
  case (true, 1): band(Dense1.self, a)
  case (true, 2): band(Dense2.self, a)
  default: band(AnyTaps.self, a)
  }
  guard a.activation.isInMemory else { return }
  for plane in 0..<a.planes {
    for row in 0..<a.rows {
      activateInMemory(
        a.output + plane * a.outputPlane + row * a.outputRow, a.width * Vec.scalarCount,
        a.activation)
    }
  }
}

/// Cuts rows into runs of equal length, so that 7 pixels are one run and 14 are two; the last run
/// moves left and computes some pixels again rather than be shorter.
@inline(__always)
private func band<T: TapWalk>(_ walk: T.Type, _ a: DepthwiseArguments) {
  let runs = (a.width + widest - 1) / widest
  switch (a.width + runs - 1) / runs {
  case 8 where hasManyRegisters: sweepRuns(Run8.self, T.self, a)
  case 7: sweepRuns(Run7.self, T.self, a)
  case 6: sweepRuns(Run6.self, T.self, a)
  case 5: sweepRuns(Run5.self, T.self, a)
  case 4: sweepRuns(Run4.self, T.self, a)
  case 3: sweepRuns(Run3.self, T.self, a)
  case 2: sweepRuns(Run2.self, T.self, a)
  default: sweepRuns(Run1.self, T.self, a)
  }
}

@inline(__always)
private func sweepRuns<P: PixelRun, T: TapWalk>(
  _ run: P.Type, _ walk: T.Type, _ a: DepthwiseArguments
) {
  let limits = Clamp(a.activation)
  let taps = a.kernelHeight * a.kernelWidth
  // Values of their own: the compiler cannot know that stores to the output do not change `a`.
  let (rows, width, last) = (a.rows, a.width, a.width - P.count)
  let (inputRow, outputRow) = (a.inputRow, a.outputRow)
  let residual = a.residual
  for plane in 0..<a.planes {
    let start = P(repeating: a.bias.map { ($0 + plane * Vec.scalarCount).vec } ?? Vec())
    let weights = a.weights + plane * taps * Vec.scalarCount
    for tap in 0..<taps {
      cs_prefetch(weights + (weightsAhead * taps + tap) * Vec.scalarCount)
    }
    let walk = T(weights, a)
    var input = a.input + plane * a.inputPlane
    var output = a.output + plane * a.outputPlane
    for row in 0..<rows {
      var next = 0
      while next < width {
        let x = min(next, last)
        next += P.count
        var sum = walk.add(start, input + x * walk.pixel)
        if let residual {
          sum = sum.adding(
            residual + plane * a.residualPlane + row * a.residualRow + x * Vec.scalarCount)
        }
        sum.clamped(limits).store(output + x * Vec.scalarCount)
      }
      input += inputRow
      output += outputRow
    }
  }
}
