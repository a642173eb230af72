// Register tiles of four output-channel blocks. One file per width, so that they compile in parallel.
import KernelInterface

func fourColumnBand(_ pixels: Int, _ step: PixelStep) -> BandKernel? {
  switch pixels {
  case 1: return band(P1<C4>.self, step)
  case 2: return band(P2<C4>.self, step)
  #if KERNELS_AVX512 || arch(arm64)
    case 3: return band(P3<C4>.self, step)
    case 4: return band(P4<C4>.self, step)
    case 5: return band(P5<C4>.self, step)
    case 6: return band(P6<C4>.self, step)
  #endif
  default: return nil
  }
}

func fourColumnSegments(_ pixels: Int, _ step: PixelStep) -> BandKernel? {
  switch pixels {
  case 1: return blockedBand(Segments<P1<C4>>.self, step)
  #if KERNELS_AVX512 || arch(arm64)
    case 2: return blockedBand(Segments<P2<C4>>.self, step)
    case 3: return blockedBand(Segments<P3<C4>>.self, step)
  #endif
  default: return nil
  }
}
