// Register tiles of three output-channel blocks. One file per width, so that they compile in parallel.
import KernelInterface

func threeColumns(_ visit: (KernelRow) -> Void) {
  blockedBand(P1<C3>.self, visit)
  blockedBand(P2<C3>.self, visit)
  blockedBand(P3<C3>.self, visit)
  blockedBand(P4<C3>.self, visit)
  blockedBand(Segments<P1<C3>>.self, visit)
  blockedBand(Segments<P2<C3>>.self, visit)
  guard hasManyRegisters else { return }
  blockedBand(P5<C3>.self, visit)
  blockedBand(P6<C3>.self, visit)
  blockedBand(P7<C3>.self, visit)
  blockedBand(P8<C3>.self, visit)
  blockedBand(P9<C3>.self, visit)
  blockedBand(Segments<P3<C3>>.self, visit)
  blockedBand(Segments<P4<C3>>.self, visit)
}
