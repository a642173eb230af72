import Convolution
import KernelLibrary
import Testing
import Topology
import Workers

@testable import Base

/// Fused blocks against their convolutions one after the other, bit by bit.
@Suite(.serialized) struct FusedBlockTests {
  /// Chains of problems, with the strategy of each.
  static let chains: [[(String, String)]] = [
    // Depthwise and pointwise, channel tails.
    [
      ("g20mb1ic20ih9iw11oc20oh9ow11kh3kw3ph1pw1", "depthwise"),
      ("mb1ic20ih9iw11oc37oh9ow11kh1kw1", "pointwise"),
    ],
    // An inverted residual with stride 2 and odd extents.
    [
      ("mb1ic9ih13iw10oc40oh13ow10kh1kw1", "pointwise"),
      ("g40mb1ic40ih13iw10oc40oh7ow5kh3kw3sh2sw2ph1pw1", "depthwise"),
      ("mb1ic40ih7iw5oc12oh7ow5kh1kw1", "pointwise"),
    ],
    // From a planar image, asymmetric padding (TensorFlow's SAME with stride 2).
    [
      ("mb1ic3ih14oc24oh7kh3sh2ph0", "direct"), ("g24mb1ic24ih7oc24oh7kh3ph1", "depthwise"),
      ("mb1ic24ih7oc17kh1ph0", "direct"),
    ],
    // A batch, dilation, rows that nobody reads (stride 3), a kernel larger than the band.
    [
      ("mb3ic18ih12oc21oh12kh3ph2dh1", "direct"),
      ("g21mb3ic21ih12oc21oh4kh2sh3ph0", "depthwise"), ("mb3ic21ih4oc33oh4kh3ph1", "direct"),
      ("mb3ic33ih4oc8oh4kh5ph2", "direct"),
    ],
    // One output row.
    [("mb2ic16ih5oc16oh5kh1ph0", "pointwise"), ("mb2ic16ih5oc40oh1kh5ph0", "direct")],
  ]

  private static func layer(_ problem: ConvolutionProblem, isLast: Bool, seed: UInt64)
    -> ConvolutionLayer
  {
    var random = SeededGenerator(seed: seed)
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    }
    return ConvolutionLayer(
      Workload(
        problem: problem,
        epilogue: Epilogue(bias: true, residual: isLast, activation: isLast ? .none : .relu6)),
      weights: numbers(problem.weightCount), bias: numbers(problem.outputChannels))
  }

  private static func tensor(_ shape: TensorShape, block: Int, halo: Halo, seed: UInt64) -> Tensor {
    var random = SeededGenerator(seed: seed)
    return Tensor(
      shape: shape, block: block, halo: halo,
      planar: (0..<shape.count).map { _ in Float.random(in: -1...1, using: &random) })
  }

  @Test(arguments: chains.indices, [1, 2, 3])
  func areWhatTheirConvolutionsAre(_ chain: Int, _ threads: Int) throws {
    let pool = WorkerPool(placement: .unbound(threads: threads))
    defer { pool.shutdown() }
    for kernels in Kernels.available {
      let width = kernels.vectorWidth
      let problems = try Self.chains[chain].map { try ConvolutionProblem(descriptor: $0.0) }
      let parts = try problems.enumerated().map { index, problem in
        let strategy = try StrategyTable.strategy(named: Self.chains[chain][index].1)
        return try strategy.prepare(
          Self.layer(problem, isLast: index == problems.count - 1, seed: UInt64(index)),
          configuration: strategy.configurations(
            for: problem, target: Target(kernels, threads: threads))[0],
          target: Target(kernels, threads: threads))
      }
      let (first, last) = (problems[0], problems[problems.count - 1])
      let input = Self.tensor(
        first.inputShape, block: first.inputBlock(vectorWidth: width), halo: first.halo, seed: 77)
      let residual = Self.tensor(last.outputShape, block: width, halo: .none, seed: 78)
      func output() -> Tensor { Tensor(TensorLayout(shape: last.outputShape, block: width)) }

      let expected = output()
      var between = input
      for (index, part) in parts.enumerated() {
        let isLast = index == parts.count - 1
        let target =
          isLast
          ? expected
          : Tensor(
            TensorLayout(
              shape: problems[index].outputShape, block: width, halo: problems[index + 1].halo))
        part.run(
          input: between.view, output: target.view, residual: isLast ? residual.view : nil,
          workspace: FloatBuffer(count: part.workspaceCount).memory, pool: pool)
        between = target
      }
      #expect(Set(expected.view.planar()).count > last.outputShape.count / 2)

      for band in [1, 2, 3, 5, last.output.height] where band <= last.output.height {
        let block = try FusedBlock(parts, band: band, vectorWidth: width, threads: threads)
        #expect(
          block.workspaceCount
            == FusedBlock.workspaceCount(
              of: problems, band: band, vectorWidth: width, threads: threads))
        let workspace = FloatBuffer(count: block.workspaceCount)
        let found = output()
        // What another layer left in the workspace must not matter, nor what an earlier run did.
        for _ in 0..<2 {
          for i in 0..<workspace.count { workspace.memory[i] = .nan }
          for i in 0..<found.buffer.count { found.buffer.memory[i] = .nan }
          block.run(
            input: input.view, output: found.view, residual: residual.view,
            workspace: workspace.memory, pool: pool)
          #expect(
            found.view.planar() == expected.view.planar(),
            "chain \(chain), \(kernels.instructionSet), band \(band)")
        }
      }
    }
  }

  @Test func othersCannotBeFused() throws {
    let kernels = Kernels.best
    func part(_ text: String, _ strategy: String) throws -> any PreparedConvolution {
      let problem = try ConvolutionProblem(descriptor: text)
      let strategy = try StrategyTable.strategy(named: strategy)
      return try strategy.prepare(
        Self.layer(problem, isLast: false, seed: 1),
        configuration: strategy.configurations(for: problem, target: Target(kernels, threads: 1))[
          0],
        target: Target(kernels, threads: 1))
    }
    func fuse(_ parts: [any PreparedConvolution]) throws {
      _ = try FusedBlock(parts, band: 1, vectorWidth: kernels.vectorWidth, threads: 1)
    }
    let pointwise = try part("mb1ic16ih8oc16kh1ph0", "pointwise")
    try fuse([pointwise, pointwise])
    for (text, strategy) in [
      ("mb1ic16ih8oc16kh3ph1", "winograd"), ("mb1ic16ih8oc16kh3ph1", "im2col"),
      // A depth multiplier needs its input repeated.
      ("g16mb1ic16ih8oc32kh3ph1", "depthwise"), ("mb1ic16ih9oc16kh1ph0", "pointwise"),
    ] {
      let other = try part(text, strategy)
      #expect(throws: ConfigurationError.self, "\(strategy) \(text)") {
        try fuse([pointwise, other])
      }
    }
    #expect(throws: ConfigurationError.self) { try fuse([pointwise]) }
  }

  @Test func strategiesSayWhatCanBeFused() throws {
    for strategy in StrategyTable.all {
      for text in ["mb1ic16ih8oc16kh3ph1", "mb1ic16ih8oc16kh1ph0", "g16mb1ic16ih8oc16kh3ph1"] {
        let problem = try ConvolutionProblem(descriptor: text)
        guard strategy.rejection(of: problem, target: Target(.best, threads: 1)) == nil else {
          continue
        }
        let part = try strategy.prepare(
          Self.layer(problem, isLast: false, seed: 1),
          configuration: strategy.configurations(for: problem, target: Target(.best, threads: 1))[
            0],
          target: Target(.best, threads: 1))
        #expect(FusedBlock.canContain(part) == strategy.isFusible, "\(strategy.name) \(text)")
      }
    }
  }
}
