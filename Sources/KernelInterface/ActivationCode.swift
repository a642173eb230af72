/// The activation that a kernel applies at the end. The raw values are those of a C enumeration.
public enum ActivationCode: Int32, CaseIterable, Sendable {
  case none = 0
  case relu = 1
  /// `min(max(x, 0), 6)`
  case relu6 = 2
  case tanh = 3
}
