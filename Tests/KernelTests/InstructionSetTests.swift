import Convolution
import KernelInterface
import KernelLibrary
import Testing
import Topology

/// Each path must really run the code of its instruction set.
@Suite struct InstructionSetTests {
  @Test func everySupportedSetIsAvailable() {
    #expect(Kernels.available.map(\.instructionSet) == InstructionSet.supported)
    #expect(Kernels.best.instructionSet == InstructionSet.best)
  }

  @Test func vectorWidthsAreTheirOwn() {
    let widths = Dictionary(
      uniqueKeysWithValues: Kernels.available.map { ($0.instructionSet, $0.vectorWidth) })
    #expect(widths[.baseline] == 4)
    if InstructionSet.supported.contains(.avx2) { #expect(widths[.avx2] == 8) }
    if InstructionSet.supported.contains(.avx512) { #expect(widths[.avx512] == 16) }
  }

  /// 1 + ε squared less its rounding is zero in two roundings and ε² in one: a kernel that claims
  /// to fuse must show it, the SSE2 one must not.
  @Test(arguments: InstructionSet.supported)
  func multiplyAddRoundsAsTheSetDoes(_ set: InstructionSet) throws {
    let kernels = try Kernels(set)
    let x = 1 + Float.ulpOfOne
    let width = kernels.vectorWidth
    let input = FloatBuffer(count: 2 * width)
    let weights = FloatBuffer(count: width * width)
    let output = FloatBuffer(count: width)
    let bias = FloatBuffer(count: width)
    input.memory[0] = x
    for lane in 0..<width {
      weights.memory[lane] = x
      bias.memory[lane] = -(x * x)
    }
    var arguments = BandArguments(
      input: input.memory, weights: weights.memory, output: output.memory)
    arguments.bias = UnsafePointer(bias.memory)
    // `#require` cannot name a static member of a metatype.
    let found = kernels.set.band(columns: 1, pixels: 1, rows: 1, step: .blocked1)
    let tile = try #require(found)
    tile(&arguments)
    let remainder = Float.ulpOfOne * Float.ulpOfOne
    for lane in 0..<width {
      #expect(output.memory[lane] == (kernels.set.fusesMultiplyAdd ? remainder : 0))
    }
    #expect(kernels.set.fusesMultiplyAdd == (set != .baseline || isARM))
  }

  private var isARM: Bool {
    #if arch(arm64)
      true
    #else
      false
    #endif
  }

  @Test(arguments: InstructionSet.supported)
  func everyListedTileExists(_ set: InstructionSet) throws {
    let kernels = try Kernels(set)
    let steps: [PixelStep] = [.blocked1, .blocked2, .planar1, .planar2, .blocked, .planar]
    var tiles = 0
    for step in steps {
      for columns in 1...4 {
        for rows in 1...2 {
          let limit = kernels.set.tilePixels(columns: columns, rows: rows, step: step)
          for pixels in 0...limit + 1 {
            let kernel = kernels.set.band(
              columns: columns, pixels: pixels, rows: rows, step: step)
            #expect((kernel != nil) == (pixels >= 1 && pixels <= limit))
            if kernel != nil { tiles += 1 }
          }
        }
      }
    }
    #expect(tiles > 80)
  }

  @Test func aMissingSetIsAnError() {
    for set in InstructionSet.allCases where !InstructionSet.supported.contains(set) {
      #expect(throws: InstructionSetError.self) { try Kernels(set) }
    }
  }
}
