/// Which kernels a stored timing was made with.
public enum KernelGeneration {
  /// Raised whenever a change to the kernels or to their configurations makes stored timings of
  /// the same candidate meaningless; the tuner then measures anew.
  public static let current = 2
}
