import Convolution
import KernelLibrary
import Testing
import Topology
import Workers

@testable import Base

@Suite struct StrategyTests {
  @Test func namesAreUnique() {
    #expect(Set(StrategyTable.names).count == StrategyTable.all.count)
    // Plans and stores name them.
    #expect(
      Set(StrategyTable.names).isSuperset(of: [
        "direct", "pointwise", "im2col", "winograd", "depthwise", "separable",
      ]))
  }

  @Test func unknownNamesListTheKnown() {
    let error = #expect(throws: StrategyError.self) {
      try StrategyTable.strategy(named: "fft")
    }
    #expect(error?.description.contains("direct, pointwise") == true)
  }

  @Test func countsOfTheLiterature() throws {
    let mobile = CountTable.rows(
      try ConvolutionProblem(descriptor: "mb1ic3ih12oc256oh8kh5ph0"))
    func products(_ name: String, _ rows: [(name: String, counts: ArithmeticCounts)]) -> Int? {
      rows.first { $0.name == name }?.counts.multiplications
    }
    #expect(products("direct", mobile) == 1_228_800)
    #expect(products("depthwise+pointwise", mobile) == 4_800 + 49_152)
    let line = CountTable.rows(try ConvolutionProblem(descriptor: "mb1ic1ih16oc1oh16kh3ph1"))
    #expect(products("direct", line) == 9 * 256)
    #expect(products("separable", line) == 6 * 256)
    let vgg = CountTable.rows(try ConvolutionProblem(descriptor: "mb1ic64ih56oc64oh56kh3ph1"))
    // F(4, 3): 36 products for 16 outputs of 9.
    #expect(products("winograd", vgg) == products("direct", vgg)! / 4)
  }

  @Test(arguments: ["columns=2", "columns=9,pixels=1,rows=1,chunk=1,band=1,order=0"])
  func foreignConfigurationsAreErrors(_ text: String) throws {
    let problem = try ConvolutionProblem(descriptor: "mb1ic16ih8oc16oh8kh3ph1")
    let layer = ConvolutionLayer(
      Workload(problem: problem), weights: [Float](repeating: 1, count: problem.weightCount))
    let configuration = try #require(Configuration(text))
    for strategy in StrategyTable.all
    where strategy.rejection(of: problem, target: Target(.best, threads: 1)) == nil {
      #expect(throws: ConfigurationError.self, "\(strategy.name)") {
        try strategy.prepare(layer, configuration: configuration, target: Target(.best, threads: 1))
      }
    }
  }

  @Test(arguments: ["a=1,a=2", "a", "=1", "a=-1", "a=1,", "a=99999999999", "ä=1"])
  func malformedConfigurationsAreRefused(_ text: String) {
    #expect(Configuration(text) == nil)
  }

  /// Sobel's kernel has rank one: the separable form is exact, without being told the factors.
  @Test func sobelIsSeparable() throws {
    let problem = try ConvolutionProblem(descriptor: "mb1ic1ih20oc1oh20kh3ph1")
    let sobel: [Float] = [1, 0, -1, 2, 0, -2, 1, 0, -1]
    let layer = ConvolutionLayer(Workload(problem: problem), weights: sobel)
    let strategy = try StrategyTable.strategy(named: "separable")
    let prepared = try strategy.prepare(
      layer, configuration: Configuration(["rank": 1, "columns": 2]),
      target: Target(.best, threads: 1))
    #expect(prepared.weightError < 1e-7)
  }

  @Test func randomWeightsAreNotSeparable() throws {
    let problem = try ConvolutionProblem(descriptor: "mb1ic16ih8oc16oh8kh3ph1")
    var random = SeededGenerator(seed: 1)
    let layer = ConvolutionLayer(
      Workload(problem: problem), weights: random.uniform(problem.weightCount))
    let strategy = try StrategyTable.strategy(named: "separable")
    func error(rank: Int) throws -> Double {
      try strategy.prepare(
        layer, configuration: Configuration(["rank": rank, "columns": 2]),
        target: Target(.best, threads: 1)
      ).weightError
    }
    let errors = try [4, 12, 24, 48].map(error)
    #expect(errors == errors.sorted(by: >))
    #expect(errors[0] > 0.3)
    #expect(errors[3] < 1e-6)
  }

  /// Winograd on integers is not exact: its bound must have been needed, and been enough.
  @Test func winogradsBoundIsUsed() throws {
    let problem = try ConvolutionProblem(descriptor: "mb1ic16ih8oc16oh8kh3ph1")
    let pool = try CorrectnessTests.pool(threads: 1)
    let verification = try Verification(Workload(problem: problem))
    let candidate = Candidate(
      strategy: "winograd",
      configuration: Configuration(["m": 6, "tiles": 4, "columns": 2, "fused": 1]))
    let outcome = try verification.check(candidate, kernels: .best, pool: pool)
    #expect(outcome.verdict == .passed)
    #expect(outcome.error > 0 && outcome.error < outcome.tolerance)
  }

  /// A layer that fits a cache as a whole is cut for the workers: first of all once each, and twice
  /// each. What is too large for that stays as it is.
  @Test(
    arguments: [
      "mb1ic16ih32oc16oh32kh3ph1", "mb1ic32ih16oc32oh16kh3ph1", "mb1ic64ih8oc64oh8kh3ph1",
      "mb8ic64ih8oc64oh8kh3ph1",
    ], [1, 2, 3, 4])
  func winogradsBlocksAreCutForTheWorkers(_ text: String, _ threads: Int) throws {
    let problem = try ConvolutionProblem(descriptor: text)
    let strategy = try StrategyTable.strategy(named: "winograd")
    for kernels in Kernels.available {
      let all = strategy.configurations(for: problem, target: Target(kernels, threads: threads))
      #expect(Set(all).count == all.count)
      for m in [2, 4, 6] {
        let side = (problem.output.height + m - 1) / m
        let tiles = problem.batch * side * side
        let blocks = all.filter { $0.values["m"] == m && $0.values["fused"] == 1 }
          .map { (tiles + $0.values["tiles"]! - 1) / $0.values["tiles"]! }
        let least = min(threads, tiles)
        #expect(blocks.first! >= least, "\(kernels.instructionSet) m=\(m): \(blocks)")
        for parts in [threads, 2 * threads] where threads > 1 {
          let size = (tiles + parts - 1) / parts
          #expect(
            blocks.contains((tiles + size - 1) / size),
            "\(kernels.instructionSet) m=\(m): \(blocks) lack \(parts) parts of \(tiles)")
        }
      }
    }
  }
}
