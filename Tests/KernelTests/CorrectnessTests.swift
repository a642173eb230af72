import Convolution
import KernelLibrary
import Networks
import Testing
import Topology
import Workers

@testable import Base

/// Every strategy against the definition, on every instruction set of this CPU.
@Suite(.serialized) struct CorrectnessTests {
  static func pool(threads: Int) throws -> WorkerPool {
    let request = ThreadRequest(count: .exactly(threads), binding: .none)
    return WorkerPool(placement: try Machine.probe().placement(for: request))
  }

  /// - Parameter limit: configurations tried per strategy and instruction set: the first, the
  ///   last, and others picked by the seed; any one where it is 1.
  /// - Returns: how many candidates were compared.
  static func check(
    _ problem: ConvolutionProblem, epilogue: Epilogue, pool: WorkerPool, limit: Int, seed: UInt64
  ) throws -> Int {
    let verification = try Verification(
      Workload(problem: problem, epilogue: epilogue), seed: seed)
    var random = SeededGenerator(seed: seed)
    var checked = 0
    for strategy in StrategyTable.all {
      for kernels in Kernels.available
      where strategy.rejection(of: problem, target: Target(kernels, pool: pool)) == nil {
        var configurations = strategy.configurations(
          for: problem, target: Target(kernels, pool: pool))
        #expect(!configurations.isEmpty, "\(strategy.name) \(problem)")
        #expect(Set(configurations).count == configurations.count, "\(strategy.name) \(problem)")
        if limit == 1, let one = configurations.randomElement(using: &random) {
          configurations = [one]
        }
        while configurations.count > limit {
          configurations.remove(
            at: Int.random(in: 1..<configurations.count - 1, using: &random))
        }
        for configuration in configurations {
          let candidate = Candidate(strategy: strategy.name, configuration: configuration)
          let outcome = try verification.check(candidate, kernels: kernels, pool: pool)
          if case .failed(let why) = outcome.verdict {
            Issue.record("\(problem) \(epilogue) \(candidate) \(kernels.instructionSet): \(why)")
          }
          checked += 1
        }
      }
    }
    return checked
  }

  @Test(arguments: NastyShapes.handPicked)
  func everyConfigurationOfNastyShapes(_ text: String) throws {
    let problem = try ConvolutionProblem(descriptor: text)
    let pool = try Self.pool(threads: 1)
    let checked = try Self.check(
      problem, epilogue: .none, pool: pool, limit: 1000, seed: 3)
    #expect(checked >= Kernels.available.count)
  }

  @Test(arguments: [
    Epilogue(bias: true), Epilogue(bias: true, activation: .relu6),
    Epilogue(bias: true, residual: true, activation: .relu),
    Epilogue(residual: true, activation: .tanh), Epilogue(activation: .relu),
  ])
  func everyStrategyFusesEpilogues(_ epilogue: Epilogue) throws {
    let pool = try Self.pool(threads: min(2, Machine.probe().cores.count))
    for text in [
      "mb1ic40ih11iw9oc37oh11ow11kh3kw3ph1pw1", "mb2ic20ih6oc33oh6kh1",
      "g18mb1ic18ih9oc36oh5kh3sh2ph1",
      "g3mb1ic12ih8oc21oh8kh3ph1", "mb1ic3ih12oc20oh6kh3sh2ph1",
    ] {
      let problem = try ConvolutionProblem(descriptor: text)
      _ = try Self.check(problem, epilogue: epilogue, pool: pool, limit: 6, seed: 4)
    }
  }

  /// One pixel an image, where a halo of the output keeps the images apart.
  @Test(arguments: ["mb5ic40ih1oc37oh1kh1", "mb3ic18ih4oc33oh1kh4ph0"])
  func imagesApartAreComputedAsThoseSideBySide(_ text: String) throws {
    let problem = try ConvolutionProblem(descriptor: text)
    let pool = try Self.pool(threads: 1)
    let count = problem.inputShape.count
    let input = (0..<count).map { Float($0 % 13) - 6 }
    let layer = ConvolutionLayer(
      Workload(problem: problem, epilogue: .none),
      weights: (0..<problem.weightCount).map { Float($0 % 7) - 3 })
    for strategy in StrategyTable.all {
      for kernels in Kernels.available {
        let target = Target(kernels, pool: pool)
        guard strategy.rejection(of: problem, target: target) == nil, !strategy.isApproximate
        else { continue }
        let width = kernels.vectorWidth
        let source = Tensor(
          shape: problem.inputShape, block: problem.inputBlock(vectorWidth: width),
          halo: problem.halo, planar: input)
        let configuration = strategy.configurations(for: problem, target: target)[0]
        let prepared = try strategy.prepare(layer, configuration: configuration, target: target)
        let workspace = FloatBuffer(count: prepared.workspaceCount)
        let results = [Halo.none, Halo(top: 1, left: 2, bottom: 1, right: 1)].map { halo in
          let output = Tensor(
            TensorLayout(shape: problem.outputShape, block: width, halo: halo))
          prepared.run(
            input: source.view, output: output.view, residual: nil, workspace: workspace.memory,
            pool: pool)
          return output.view.planar()
        }
        #expect(results[0] == results[1], "\(strategy.name) \(kernels.instructionSet)")
      }
    }
  }

  @Test func generatedShapes() throws {
    let pool = try Self.pool(threads: min(2, Machine.probe().cores.count))
    var checked = 0
    for (index, problem) in NastyShapes.generated(150, seed: 11).enumerated() {
      let epilogue = Epilogue(bias: index % 2 == 0, activation: index % 3 == 0 ? .relu : .none)
      checked += try Self.check(
        problem, epilogue: epilogue, pool: pool, limit: 3, seed: UInt64(index))
    }
    #expect(checked > 1000)
  }

  /// All layers of all networks; large ones with fewer channels (the same tail) and pixels.
  @Test func shapesOfAllNetworks() throws {
    let pool = try Self.pool(threads: min(2, Machine.probe().cores.count))
    var seen: Set<ConvolutionProblem> = []
    for name in NetworkCatalog.names {
      let graph = try NetworkCatalog.graph(named: name, options: NetworkOptions())
      for node in graph.nodes {
        guard let problem = graph.problem(of: node), let small = Self.scaledDown(problem)
        else { continue }
        seen.insert(small)
      }
    }
    #expect(seen.count > 100)
    for problem in seen.sorted(by: { $0.description < $1.description }) {
      _ = try Self.check(
        problem, epilogue: Epilogue(bias: true, activation: .relu), pool: pool, limit: 2, seed: 5)
    }
  }

  static func scaledDown(_ problem: ConvolutionProblem) -> ConvolutionProblem? {
    func channels(_ count: Int) -> Int {
      let perGroup = count / problem.groups
      return perGroup > 64 ? 48 + perGroup % 16 : perGroup
    }
    let groups = problem.isDepthwise ? min(problem.groups, 24) : problem.groups
    func side(_ size: Int, _ reach: Int, _ stride: Int) -> Int {
      size > 24 ? max(reach, 14 + size % 8) : size
    }
    let halo = problem.halo
    return try? ConvolutionProblem(
      batch: 1, groups: groups, inputChannels: groups * channels(problem.inputChannels),
      outputChannels: groups * channels(problem.outputChannels),
      input: Extent(
        side(problem.input.height, problem.reach.height, problem.stride.height),
        side(problem.input.width, problem.reach.width, problem.stride.width)),
      kernel: problem.kernel, stride: problem.stride, dilation: problem.dilation, padding: halo)
  }
}
