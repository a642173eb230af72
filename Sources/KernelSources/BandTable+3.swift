// Register tiles of three output-channel blocks. One file per width, so that they compile in parallel.
import KernelInterface

func threeColumnBand(_ pixels: Int, _ step: PixelStep) -> BandKernel? {
  switch pixels {
  case 1: return blockedBand(P1<C3>.self, step)
  case 2: return blockedBand(P2<C3>.self, step)
  case 3: return blockedBand(P3<C3>.self, step)
  case 4: return blockedBand(P4<C3>.self, step)
  #if KERNELS_AVX512 || arch(arm64)
    case 5: return blockedBand(P5<C3>.self, step)
    case 6: return blockedBand(P6<C3>.self, step)
    case 7: return blockedBand(P7<C3>.self, step)
    case 8: return blockedBand(P8<C3>.self, step)
    case 9: return blockedBand(P9<C3>.self, step)
  #endif
  default: return nil
  }
}

func threeColumnSegments(_ pixels: Int, _ step: PixelStep) -> BandKernel? {
  switch pixels {
  case 1: return blockedBand(Segments<P1<C3>>.self, step)
  case 2: return blockedBand(Segments<P2<C3>>.self, step)
  #if KERNELS_AVX512 || arch(arm64)
    case 3: return blockedBand(Segments<P3<C3>>.self, step)
    case 4: return blockedBand(Segments<P4<C3>>.self, step)
  #endif
  default: return nil
  }
}
