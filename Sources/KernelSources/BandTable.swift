// The register tiles of this instruction set.
//
// A tile needs one accumulator per pixel and column, one register per column for the weights and
// one for the broadcast input. Tiles of more than one column share a broadcast; of fewer than
// eight accumulators they are bound by the latency of the FMA. Which fit 16 and which 32 vector
// registers is in the files of the tables, with every number of pixels from 1 to the largest.
import KernelInterface

func bandKernels(_ visit: (KernelRow) -> Void) {
  oneColumn(visit)
  twoColumns(visit)
  threeColumns(visit)
  fourColumns(visit)
}

extension Pixels {
  @inline(__always)
  fileprivate static func row(_ step: PixelStep, _ kernel: @escaping BandKernel) -> KernelRow {
    let tile = TileShape(columns: C.count, pixels: count, rows: rows)
    return KernelRow(.band(tile, step, kernel))
  }
}

/// The steps of nearly every layer.
@inline(__always)
func blockedBand<P: Pixels>(_ tile: P.Type, _ visit: (KernelRow) -> Void) {
  let block = Vec.scalarCount
  visit(P.row(.blocked1) { sweep(P.self, $0, pixel: block, block: block) })
  visit(P.row(.blocked2) { sweep(P.self, $0, pixel: 2 * block, block: block) })
}

/// All steps of blocked tensors: pixels that are the images of a batch are any step apart.
@inline(__always)
func anyBlockedBand<P: Pixels>(_ tile: P.Type, _ visit: (KernelRow) -> Void) {
  let block = Vec.scalarCount
  visit(P.row(.blocked) { sweep(P.self, $0, pixel: $0.pointee.inputPixel, block: block) })
  blockedBand(tile, visit)
}

/// All steps: planar tensors do without the three-column tiles and those of two rows.
@inline(__always)
func band<P: Pixels>(_ tile: P.Type, _ visit: (KernelRow) -> Void) {
  visit(P.row(.planar1) { sweep(P.self, $0, pixel: 1, block: 1) })
  visit(P.row(.planar2) { sweep(P.self, $0, pixel: 2, block: 1) })
  visit(P.row(.planar) { sweep(P.self, $0, pixel: $0.pointee.inputPixel, block: 1) })
  anyBlockedBand(tile, visit)
}
