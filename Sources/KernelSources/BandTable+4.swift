// Register tiles of four output-channel blocks. One file per width, so that they compile in parallel.
import KernelInterface

func fourColumns(_ visit: (KernelRow) -> Void) {
  band(P1<C4>.self, visit)
  band(P2<C4>.self, visit)
  blockedBand(Segments<P1<C4>>.self, visit)
  guard hasManyRegisters else { return }
  band(P3<C4>.self, visit)
  band(P4<C4>.self, visit)
  band(P5<C4>.self, visit)
  band(P6<C4>.self, visit)
  blockedBand(Segments<P2<C4>>.self, visit)
  blockedBand(Segments<P3<C4>>.self, visit)
}
