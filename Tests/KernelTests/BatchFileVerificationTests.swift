import Convolution
import KernelLibrary
import Testing
import Topology
import Workers

@testable import Base
@testable import Benchmarks

/// Thousands of problems through a benchdnn file, as `verify --batch-file` reads it.
@Suite(.serialized) struct BatchFileVerificationTests {
  /// Tails in every dimension, dilation, groups, kernels to 11, strides to 4, padding beyond the
  /// kernel, single output pixels, batches to 5.
  static func lines(_ count: Int) -> [String] {
    var random = SeededGenerator(seed: 2024)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    var result: [String] = []
    while result.count < count {
      let groups = pick(0...2) == 0 ? pick(2...6) : 1
      let depthwise = pick(0...4) == 0
      let channels = pick(1...36)
      let kernel = Extent(pick(0...5) == 0 ? pick(1...11) : pick(1...4), pick(1...4))
      let side = Extent(pick(1...14), pick(1...14))
      let whole = pick(0...7) == 0
      let problem = try? ConvolutionProblem(
        batch: pick(0...3) == 0 ? pick(2...5) : 1, groups: depthwise ? channels : groups,
        inputChannels: depthwise ? channels : groups * pick(1...18),
        outputChannels: depthwise ? channels * pick(1...3) : groups * pick(1...20), input: side,
        kernel: whole ? side : kernel, stride: Extent(pick(1...4), pick(1...4)),
        dilation: whole ? Extent(1) : Extent(pick(1...2), pick(1...2)),
        padding: whole
          ? .none
          : Halo(
            top: pick(0...kernel.height + 1), left: pick(0...3), bottom: pick(0...3),
            right: pick(0...kernel.width + 1)))
      if let problem { result.append("\(problem)n\"generated:\(result.count)*2\"") }
    }
    return result
  }

  @Test func thousandsOfProblemsWithoutFailure() throws {
    let count = 2500
    let text = "# generated\n--mode=C\n" + Self.lines(count).joined(separator: "\n")
    let file = BatchFile(text: text)
    #expect(file.problems.count == count)
    #expect(file.skipped.map(\.text) == ["--mode=C"])
    let pool = try CorrectnessTests.pool(threads: 1)
    var checked = 0
    var onePixel = 0
    for (index, entry) in file.problems.enumerated() {
      #expect(entry.multiplicity == 2)
      if entry.problem.output == Extent(1) { onePixel += 1 }
      checked += try CorrectnessTests.check(
        entry.problem, epilogue: Epilogue(bias: index % 2 == 0), pool: pool, limit: 1,
        seed: UInt64(index))
    }
    #expect(checked >= 2 * count * Kernels.available.count)
    #expect(onePixel > 50)
  }
}
