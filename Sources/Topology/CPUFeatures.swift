import CSIMD

/// Extensions of a CPU's instructions that kernels may be compiled for: a set, of which one has what
/// another lacks, and no rank.
public struct CPUFeatures: OptionSet, Hashable, Sendable {
  /// The bits of `cs_cpu_features`.
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let avx2 = CPUFeatures(rawValue: 1 << 0)
  public static let fma = CPUFeatures(rawValue: 1 << 1)
  public static let bmi = CPUFeatures(rawValue: 1 << 2)
  public static let bmi2 = CPUFeatures(rawValue: 1 << 3)
  public static let avx512f = CPUFeatures(rawValue: 1 << 4)
  public static let avx512bw = CPUFeatures(rawValue: 1 << 5)
  public static let avx512cd = CPUFeatures(rawValue: 1 << 6)
  public static let avx512dq = CPUFeatures(rawValue: 1 << 7)
  public static let avx512vl = CPUFeatures(rawValue: 1 << 8)

  /// In the order of the bits, as Linux names them.
  private static let names = [
    "avx2", "fma", "bmi1", "bmi2", "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl",
  ]

  /// What this CPU has and this operating system saves.
  public static let present = CPUFeatures(rawValue: cs_cpu_features())
}

extension CPUFeatures: CustomStringConvertible {
  /// Such as `avx2 fma bmi1 bmi2`; empty for none.
  public var description: String {
    Self.names.enumerated().filter { rawValue & 1 << $0.offset != 0 }.map(\.element)
      .joined(separator: " ")
  }
}
