// Winograd's two-dimensional transforms: the one-dimensional one down the columns into a scratch
// square on the stack, then along the rows. A vector holds one pixel of all channels of a block.
import KernelInterface

func winogradKernels(_ visit: (KernelRow) -> Void) {
  winogradKernels(F2x3.self, visit)
  winogradKernels(F4x3.self, visit)
  winogradKernels(F6x3.self, visit)
}

@inline(__always)
private func winogradKernels<T: WinogradTransform>(
  _ transform: T.Type, _ visit: (KernelRow) -> Void
) {
  visit(KernelRow(.winogradInput(T.m) { inputTiles(T.self, $0) }))
  visit(KernelRow(.winogradOutput(T.m) { outputTiles(T.self, $0) }))
}

/// Runs `body` with an 8×8 square of vectors, enough for every tile size.
@inline(__always)
private func withSquare(_ body: (UnsafeMutablePointer<Float>) -> Void) {
  withUnsafeTemporaryAllocation(
    byteCount: 64 * Vec.scalarCount * 4, alignment: Vec.scalarCount * 4
  ) {
    body($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self))
  }
}

@inline(__always)
private func inputTiles<T: WinogradTransform>(
  _ transform: T.Type, _ arguments: UnsafePointer<WinogradInputArguments>
) {
  let a = arguments.pointee
  withSquare { window in
    withSquare { scratch in
      for tile in 0..<a.tiles {
        let source = a.input + tile * T.m * Vec.scalarCount
        let target = a.output + tile * Vec.scalarCount
        let columns = a.readableColumns - tile * T.m
        if columns >= T.alpha, a.readableRows >= T.alpha {
          inputTile(T.self, source, a.inputRow, scratch, target, a.outputElement)
        } else {
          // A tile that reaches beyond the tensor: what is not there is zero.
          for y in 0..<T.alpha {
            for x in 0..<T.alpha {
              let inside = y < a.readableRows && x < columns
              (window + (y * 8 + x) * Vec.scalarCount).vec =
                inside ? (source + y * a.inputRow + x * Vec.scalarCount).vec : Vec()
            }
          }
          inputTile(
            T.self, UnsafePointer(window), 8 * Vec.scalarCount, scratch, target, a.outputElement)
        }
      }
    }
  }
}

@inline(__always)
private func inputTile<T: WinogradTransform>(
  _ transform: T.Type, _ source: UnsafePointer<Float>, _ row: Int,
  _ scratch: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ element: Int
) {
  for x in 0..<T.alpha {
    let column = source + x * Vec.scalarCount
    let to = scratch + x * Vec.scalarCount
    T.input({ (column + $0 * row).vec }, { (to + $0 * 8 * Vec.scalarCount).vec = $1 })
  }
  for y in 0..<T.alpha {
    let from = scratch + y * 8 * Vec.scalarCount
    let to = target + y * T.alpha * element
    T.input({ (from + $0 * Vec.scalarCount).vec }, { (to + $0 * element).vec = $1 })
  }
}

@inline(__always)
private func outputTiles<T: WinogradTransform>(
  _ transform: T.Type, _ arguments: UnsafePointer<WinogradOutputArguments>
) {
  let a = arguments.pointee
  let bias = a.bias.map { $0.vec } ?? Vec()
  let limits = Clamp(a.activation)
  let rows = min(T.m, a.writableRows)
  withSquare { scratch in
    withSquare { square in
      for tile in 0..<a.tiles {
        let source = a.input + tile * Vec.scalarCount
        for x in 0..<T.alpha {
          let from = source + x * a.inputElement
          let to = scratch + x * Vec.scalarCount
          T.output(
            { (from + $0 * T.alpha * a.inputElement).vec },
            { (to + $0 * 8 * Vec.scalarCount).vec = $1 })
        }
        let first = tile * T.m
        let columns = min(T.m, a.writableColumns - first)
        for y in 0..<rows {
          let from = scratch + y * 8 * Vec.scalarCount
          let target = a.output + y * a.outputRow + first * Vec.scalarCount
          let residual = a.residual.map { $0 + y * a.residualRow + first * Vec.scalarCount }
          // Whole tiles are stored from registers; cut ones go through memory.
          let direct = columns == T.m && !a.activation.isInMemory
          let to = direct ? target : square
          T.output(
            { (from + $0 * Vec.scalarCount).vec },
            { x, value in
              var sum = value + bias
              if let residual, direct || x < columns {
                sum += (residual + x * Vec.scalarCount).vec
              }
              (to + x * Vec.scalarCount).vec = limits(sum)
            })
          if !direct {
            activateInMemory(square, columns * Vec.scalarCount, a.activation)
            for x in 0..<columns {
              (target + x * Vec.scalarCount).vec = (square + x * Vec.scalarCount).vec
            }
          }
        }
      }
    }
  }
}
