// The register tiles of this instruction set.
//
// A tile needs one accumulator per pixel and column, one register per column for the weights and
// one for the broadcast input. Tiles of more than one column share a broadcast; of fewer than
// eight accumulators they are bound by the latency of the FMA.
import KernelInterface

#if KERNELS_AVX512 || arch(arm64)
  /// Pixels per tile of 1, 2, 3, 4 columns with 32 vector registers.
  let onePixels = 14
  let twoPixels = 14
  let threePixels = 9
  let fourPixels = 6
#else
  /// With 16 vector registers.
  let onePixels = 12
  let twoPixels = 6
  let threePixels = 4
  let fourPixels = 2
#endif

func tileLimit(columns: Int, rows: Int, step: PixelStep) -> Int {
  let limit =
    switch columns {
    case 1: onePixels
    case 2: twoPixels
    case 3: threePixels
    case 4: fourPixels
    default: 0
    }
  switch (rows, step) {
  case (1, .blocked1), (1, .blocked2): return limit
  // Rarer steps do without the three-column tiles.
  case (1, _): return columns == 3 ? 0 : limit
  case (2, .blocked1), (2, .blocked2): return columns == 1 ? 0 : limit / 2
  default: return 0
  }
}

@inline(__always)
func blockedBand<P: Pixels>(_ tile: P.Type, _ step: PixelStep) -> BandKernel? {
  let block = Vec.scalarCount
  switch step {
  case .blocked1: return { sweep(P.self, $0, pixel: block, block: block) }
  case .blocked2: return { sweep(P.self, $0, pixel: 2 * block, block: block) }
  default: return nil
  }
}

@inline(__always)
func band<P: Pixels>(_ tile: P.Type, _ step: PixelStep) -> BandKernel? {
  let block = Vec.scalarCount
  switch step {
  case .blocked: return { sweep(P.self, $0, pixel: $0.pointee.inputPixel, block: block) }
  case .planar1: return { sweep(P.self, $0, pixel: 1, block: 1) }
  case .planar2: return { sweep(P.self, $0, pixel: 2, block: 1) }
  case .planar: return { sweep(P.self, $0, pixel: $0.pointee.inputPixel, block: 1) }
  default: return blockedBand(tile, step)
  }
}

func bandKernel(columns: Int, pixels: Int, rows: Int, step: PixelStep) -> BandKernel? {
  guard pixels >= 1, pixels <= tileLimit(columns: columns, rows: rows, step: step) else {
    return nil
  }
  switch (columns, rows) {
  case (1, 1): return oneColumnBand(pixels, step)
  case (2, 1): return twoColumnBand(pixels, step)
  case (3, 1): return threeColumnBand(pixels, step)
  case (4, 1): return fourColumnBand(pixels, step)
  case (2, 2): return twoColumnSegments(pixels, step)
  case (3, 2): return threeColumnSegments(pixels, step)
  case (4, 2): return fourColumnSegments(pixels, step)
  default: return nil
  }
}
