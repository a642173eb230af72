// Register tiles of two output-channel blocks. One file per width, so that they compile in parallel.
import KernelInterface

func twoColumns(_ visit: (KernelRow) -> Void) {
  band(P1<C2>.self, visit)
  band(P2<C2>.self, visit)
  band(P3<C2>.self, visit)
  band(P4<C2>.self, visit)
  band(P5<C2>.self, visit)
  band(P6<C2>.self, visit)
  blockedBand(Segments<P1<C2>>.self, visit)
  blockedBand(Segments<P2<C2>>.self, visit)
  blockedBand(Segments<P3<C2>>.self, visit)
  guard hasManyRegisters else { return }
  band(P7<C2>.self, visit)
  band(P8<C2>.self, visit)
  band(P9<C2>.self, visit)
  band(P10<C2>.self, visit)
  band(P11<C2>.self, visit)
  band(P12<C2>.self, visit)
  band(P13<C2>.self, visit)
  band(P14<C2>.self, visit)
  blockedBand(Segments<P4<C2>>.self, visit)
  blockedBand(Segments<P5<C2>>.self, visit)
  blockedBand(Segments<P6<C2>>.self, visit)
  blockedBand(Segments<P7<C2>>.self, visit)
}
