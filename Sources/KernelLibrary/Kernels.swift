import Convolution
import KernelInterface
import KernelsBaseline
import Topology

#if arch(x86_64)
  import KernelsAVX2
  import KernelsAVX512
#endif

/// The kernels of one instruction set that this CPU can run.
public struct Kernels: Sendable {
  public let instructionSet: InstructionSet
  public let set: KernelTable

  /// Floats per vector; the channel block of every NCHWc tensor these kernels read or write.
  public var vectorWidth: Int { self.set.vectorWidth }

  /// Those with the widest vectors that run here: what is used where nobody asked.
  public static var best: Kernels { available[available.count - 1] }

  /// Every instruction set of this CPU, narrow vectors first. Never empty: the baseline always runs.
  public static let available: [Kernels] = InstructionSet.supported.map {
    Kernels(instructionSet: $0, set: modules[$0]!)
  }

  /// - Throws: `InstructionSetError` where this CPU lacks the instruction set.
  public init(_ instructionSet: InstructionSet) throws {
    guard
      let found = Self.available.first(where: {
        $0.instructionSet == instructionSet
      })
    else {
      throw InstructionSetError(instructionSet: instructionSet)
    }
    self = found
  }

  private init(instructionSet: InstructionSet, set: any KernelSet.Type) {
    self.instructionSet = instructionSet
    self.set = KernelTable(set)
  }

  #if arch(x86_64)
    private static let modules: [InstructionSet: any KernelSet.Type] = [
      .baseline: KernelsBaseline.Kernels.self, .avx2: KernelsAVX2.Kernels.self,
      .avx512: KernelsAVX512.Kernels.self,
    ]
  #else
    private static let modules: [InstructionSet: any KernelSet.Type] = [
      .baseline: KernelsBaseline.Kernels.self
    ]
  #endif
}

/// `--isa` names an instruction set that this CPU lacks.
public struct InstructionSetError: Error, CustomStringConvertible {
  public let instructionSet: InstructionSet
  public var description: String {
    let names = Kernels.available.map(\.instructionSet.rawValue).joined(separator: ", ")
    return "this CPU cannot run \(instructionSet.rawValue) kernels; it can run \(names)"
  }
}
