// Register tiles of three output-channel blocks. One file per width, so that they compile in parallel.
import KernelInterface

func threeColumns(_ visit: (KernelRow) -> Void) {
  anyBlockedBand(P1<C3>.self, visit)
  anyBlockedBand(P2<C3>.self, visit)
  anyBlockedBand(P3<C3>.self, visit)
  anyBlockedBand(P4<C3>.self, visit)
  blockedBand(Segments<P1<C3>>.self, visit)
  blockedBand(Segments<P2<C3>>.self, visit)
  guard hasManyRegisters else { return }
  anyBlockedBand(P5<C3>.self, visit)
  anyBlockedBand(P6<C3>.self, visit)
  anyBlockedBand(P7<C3>.self, visit)
  anyBlockedBand(P8<C3>.self, visit)
  anyBlockedBand(P9<C3>.self, visit)
  blockedBand(Segments<P3<C3>>.self, visit)
  blockedBand(Segments<P4<C3>>.self, visit)
}
