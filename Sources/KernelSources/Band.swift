// The loop nest around a register tile (see `BandArguments`).
//
// The reduction is unrolled by four channels: enough for the loop's own instructions to disappear
// among the products (`convbench micro` shows the share of the peak that is left).
import CSIMD
import KernelInterface

/// How far ahead tiles of one pixel ask for weights: each is used once, and comes from memory in
/// fully connected layers.
private let weightsAhead = 1024

/// - Parameters:
///   - pixel: distance between the inputs of neighbouring output pixels, a literal at every
///     call that wants immediates.
///   - block: input channels per block, a literal: the vector width, or 1 for planar input.
@inline(__always)
func sweep<P: Pixels>(
  _ tile: P.Type, _ a: UnsafePointer<BandArguments>, pixel: Int, block: Int
) {
  let a = a.pointee
  let width = P.C.count * Vec.scalarCount
  var start = P.C()
  if let bias = a.bias { start = P.C(bias, pitch: Vec.scalarCount) }
  let limits = Clamp(a.activation)
  var ahead = a.ahead
  var row = 0
  while row < a.rows {
    var input = a.input + row * a.inputRow
    var output = a.output + row * a.outputRow
    var residual = a.residual.map { $0 + row * a.residualRow }
    for _ in 0..<a.tiles {
      var sum =
        a.accumulate
        ? P(output, plane: a.outputPlane, row: a.outputRow) : P(repeating: start)
      var weights = a.weights
      var plane = input
      for icBlock in 0..<a.icBlocks {
        let channels = icBlock == a.icBlocks - 1 ? min(a.lastChannels, block) : block
        var tapRow = plane
        for _ in 0..<a.kernelHeight {
          var tap = tapRow
          for _ in 0..<a.kernelWidth {
            if block == 1 {
              sum = sum.step(
                tap, pixel: pixel, row: a.inputRow, P.C(weights, pitch: Vec.scalarCount))
              weights += width
            } else {
              if P.count * P.rows > 1, ahead < a.aheadEnd {
                for _ in 0..<a.aheadLines {
                  cs_prefetch_l2(ahead)
                  ahead += 16
                }
              }
              var c = 0
              while c < channels {
                for u in 0..<4 {
                  sum = sum.step(
                    tap + c + u, pixel: pixel, row: a.inputRow,
                    P.C(weights + u * width, pitch: Vec.scalarCount)
                  ).held()
                  cs_compiler_barrier()
                }
                if P.count * P.rows == 1 {
                  var line = 0
                  while line < 4 * width {
                    cs_prefetch(weights + weightsAhead + line)
                    line += 16
                  }
                }
                weights += 4 * width
                c += 4
              }
              weights += (block - channels) * width
            }
            tap += a.tapColumn
          }
          tapRow += a.tapRow
        }
        plane += a.inputPlane
      }
      if let r = residual {
        sum = sum.adding(r, plane: a.residualPlane, row: a.residualRow)
        residual = r + P.count * Vec.scalarCount
      }
      if !limits.isIdentity { sum = sum.clamped(limits) }
      sum.store(output, plane: a.outputPlane, row: a.outputRow)
      input += P.count * pixel
      output += P.count * Vec.scalarCount
    }
    row += P.rows
  }
  if a.activation.isInMemory {
    for column in 0..<P.C.count {
      for row in 0..<a.rows {
        activateInMemory(
          a.output + column * a.outputPlane + row * a.outputRow,
          a.tiles * P.count * Vec.scalarCount, a.activation)
      }
    }
  }
}
