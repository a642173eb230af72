// Register tiles of one output-channel block. One file per width, so that they compile in parallel.
import KernelInterface

func oneColumnBand(_ pixels: Int, _ step: PixelStep) -> BandKernel? {
  switch pixels {
  case 1: return band(P1<C1>.self, step)
  case 2: return band(P2<C1>.self, step)
  case 3: return band(P3<C1>.self, step)
  case 4: return band(P4<C1>.self, step)
  case 5: return band(P5<C1>.self, step)
  case 6: return band(P6<C1>.self, step)
  case 7: return band(P7<C1>.self, step)
  case 8: return band(P8<C1>.self, step)
  case 9: return band(P9<C1>.self, step)
  case 10: return band(P10<C1>.self, step)
  case 11: return band(P11<C1>.self, step)
  case 12: return band(P12<C1>.self, step)
  #if KERNELS_AVX512 || arch(arm64)
    case 13: return band(P13<C1>.self, step)
    case 14: return band(P14<C1>.self, step)
  #endif
  default: return nil
  }
}
