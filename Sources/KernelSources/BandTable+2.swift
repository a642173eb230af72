// Register tiles of two output-channel blocks. One file per width, so that they compile in parallel.
import KernelInterface

func twoColumnBand(_ pixels: Int, _ step: PixelStep) -> BandKernel? {
  switch pixels {
  case 1: return band(P1<C2>.self, step)
  case 2: return band(P2<C2>.self, step)
  case 3: return band(P3<C2>.self, step)
  case 4: return band(P4<C2>.self, step)
  case 5: return band(P5<C2>.self, step)
  case 6: return band(P6<C2>.self, step)
  #if KERNELS_AVX512 || arch(arm64)
    case 7: return band(P7<C2>.self, step)
    case 8: return band(P8<C2>.self, step)
    case 9: return band(P9<C2>.self, step)
    case 10: return band(P10<C2>.self, step)
    case 11: return band(P11<C2>.self, step)
    case 12: return band(P12<C2>.self, step)
    case 13: return band(P13<C2>.self, step)
    case 14: return band(P14<C2>.self, step)
  #endif
  default: return nil
  }
}

func twoColumnSegments(_ pixels: Int, _ step: PixelStep) -> BandKernel? {
  switch pixels {
  case 1: return blockedBand(Segments<P1<C2>>.self, step)
  case 2: return blockedBand(Segments<P2<C2>>.self, step)
  case 3: return blockedBand(Segments<P3<C2>>.self, step)
  #if KERNELS_AVX512 || arch(arm64)
    case 4: return blockedBand(Segments<P4<C2>>.self, step)
    case 5: return blockedBand(Segments<P5<C2>>.self, step)
    case 6: return blockedBand(Segments<P6<C2>>.self, step)
    case 7: return blockedBand(Segments<P7<C2>>.self, step)
  #endif
  default: return nil
  }
}
