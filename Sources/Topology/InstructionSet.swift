import CSIMD

/// The instruction sets that kernels are compiled for, from the narrowest to the widest.
public enum InstructionSet: String, CaseIterable, Comparable, Codable, Sendable {
  /// What every CPU of the architecture has: SSE2 on x86-64, NEON on arm64.
  case baseline
  /// AVX2 with FMA and BMI.
  case avx2
  /// AVX-512 F, BW, CD, DQ and VL.
  case avx512

  /// What this CPU and operating system can run, ascending; never empty.
  public static var supported: [InstructionSet] {
    Array(allCases.prefix(Int(cs_instruction_set()) + 1))
  }

  /// The widest that runs here.
  public static var best: InstructionSet { supported.last ?? .baseline }

  /// The name a person knows it by.
  public var title: String {
    switch self {
    case .baseline:
      #if arch(arm64)
        return "NEON"
      #elseif arch(x86_64)
        return "SSE2"
      #else
        return "baseline"
      #endif
    case .avx2: return "AVX2"
    case .avx512: return "AVX-512"
    }
  }

  public static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .baseline: 0
    case .avx2: 1
    case .avx512: 2
    }
  }
}
