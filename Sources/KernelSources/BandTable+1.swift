// Register tiles of one output-channel block. One file per width, so that they compile in parallel.
import KernelInterface

func oneColumn(_ visit: (KernelRow) -> Void) {
  band(P1<C1>.self, visit)
  band(P2<C1>.self, visit)
  band(P3<C1>.self, visit)
  band(P4<C1>.self, visit)
  band(P5<C1>.self, visit)
  band(P6<C1>.self, visit)
  band(P7<C1>.self, visit)
  band(P8<C1>.self, visit)
  band(P9<C1>.self, visit)
  band(P10<C1>.self, visit)
  band(P11<C1>.self, visit)
  band(P12<C1>.self, visit)
  guard hasManyRegisters else { return }
  band(P13<C1>.self, visit)
  band(P14<C1>.self, visit)
}
