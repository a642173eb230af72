/// The instruction sets that kernels are compiled for. The order is that of listings, narrow vectors
/// first; which is the fastest is for measurements to say.
public enum InstructionSet: String, CaseIterable, Codable, Sendable {
  /// What every CPU of the architecture has: SSE2 on x86-64, NEON on arm64.
  case baseline
  /// AVX2 with FMA and BMI.
  case avx2
  /// AVX-512 F, BW, CD, DQ and VL.
  case avx512

  /// What its kernels are compiled for: a CPU that lacks one of these cannot run them.
  public var required: CPUFeatures {
    switch self {
    case .baseline: []
    case .avx2: [.avx2, .fma, .bmi, .bmi2]
    case .avx512:
      [.avx2, .fma, .bmi, .bmi2, .avx512f, .avx512bw, .avx512cd, .avx512dq, .avx512vl]
    }
  }

  /// What a CPU with these features can run, in the order of listings; never empty.
  public static func supported(by features: CPUFeatures) -> [InstructionSet] {
    allCases.filter { $0.required.isSubset(of: features) }
  }

  /// What this CPU and operating system can run.
  public static let supported = supported(by: .present)

  /// The one with the widest vectors that runs here: what is used where nobody asked.
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
}
