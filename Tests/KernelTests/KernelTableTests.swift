import Convolution
import KernelInterface
import KernelLibrary
import Testing
import Topology

/// Every row of every instruction set's table, alone, against the definition of what it computes.
@Suite struct KernelTableTests {
  @Test(arguments: InstructionSet.supported)
  func everyRowComputesItsDefinition(_ set: InstructionSet) throws {
    let kernels = try Kernels(set)
    for row in kernels.set.rows {
      let cases = LeafCases(kernels: kernels).of(row)
      #expect(!cases.isEmpty)
      for one in cases {
        #expect(one.expected.contains { $0.value != 0 }, "\(row.name) \(one.name) tests nothing")
        if let problem = one.problem() { Issue.record("\(set) \(row.name), \(problem)") }
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func rowsHaveNamesOfTheirOwn(_ set: InstructionSet) throws {
    let rows = try Kernels(set).set.rows
    #expect(Set(rows.map(\.name)).count == rows.count)
    #expect(rows.allSatisfy { $0.elements == .f32 && $0.granularity == 1 })
  }

  /// Accumulators, a vector of weights per column and a broadcast fit the registers.
  @Test(arguments: InstructionSet.supported)
  func tilesFitTheRegisters(_ set: InstructionSet) throws {
    let kernels = try Kernels(set)
    for row in kernels.set.rows {
      guard let tile = row.tile else { continue }
      let needed = tile.columns * (tile.pixels * tile.rows + 1) + 1
      #expect(needed <= kernels.set.vectorRegisters, "\(set) \(row.name)")
    }
  }

  /// A write beside the output, a missing one and a wrong one are found.
  @Test func theGuardsAreNotBlind() throws {
    let kernels = try Kernels(.baseline)
    let cases = LeafCases(kernels: kernels)
    let honest = kernels.set.copy
    let beside = cases.copy {
      honest($0)
      $0.pointee.output[-1] = 0
    }
    #expect(beside.allSatisfy { $0.problem()?.contains("it wrote [-1]") == true })
    let missing = cases.copy { _ in }
    #expect(missing.allSatisfy { $0.problem() != nil })
    let input = cases.copy {
      honest($0)
      UnsafeMutablePointer(mutating: $0.pointee.input)[0] += 1
    }
    #expect(input.allSatisfy { $0.problem()?.contains("input") == true })
  }
}
