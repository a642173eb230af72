// Vectors in memory. `Vec` itself and the operations that need C are in the module's Traits.swift.

/// There are 32 vector registers and not 16: larger tiles, and weights that stay in registers.
@inline(__always) var hasManyRegisters: Bool { registerCount >= 32 }

extension UnsafePointer<Float> {
  /// The vector at this address; callers keep it aligned to the vector's size.
  @inline(__always) var vec: Vec {
    UnsafeRawPointer(self).assumingMemoryBound(to: Vec.self).pointee
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always) var vec: Vec {
    get { UnsafeRawPointer(self).assumingMemoryBound(to: Vec.self).pointee }
    nonmutating set {
      UnsafeMutableRawPointer(self).assumingMemoryBound(to: Vec.self).pointee = newValue
    }
  }
}
