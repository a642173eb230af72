import Convolution
import Foundation
import KernelLibrary
import Measurement
import Testing
import Topology
import Workers

@testable import Benchmarks
@testable import Results

@Suite(.serialized) struct BenchTests {
  private func bench(_ text: String, _ state: CacheState) throws -> BenchResult {
    let machine = try Machine.probe()
    let pool = WorkerPool(placement: .unbound(threads: 1))
    defer { pool.shutdown() }
    let benchmark = ProblemBenchmark(kernels: .best, pool: pool, machine: machine)
    var options = ProblemBenchmark.Options()
    options.state = state
    options.seconds = 0.05
    options.top = 2
    return try benchmark.run(ConvolutionProblem(descriptor: text), options: options)
  }

  @Test(arguments: [CacheState.hot, .network, .cold])
  func timesEveryStrategyThatApplies(_ state: CacheState) throws {
    let result = try bench("mb1ic32ih14oc32oh14kh3ph1", state)
    let exact = Set(["direct", "im2col", "winograd"])
    #expect(exact.isSubset(of: Set(result.entries.map(\.candidate.strategy))))
    let rejected = Set(result.rejections.map(\.strategy))
    #expect(rejected == ["pointwise", "depthwise", "winograd1d"])
    for entry in result.entries where exact.contains(entry.candidate.strategy) {
      #expect((1...2).contains(entry.rank))
      #expect(entry.time.count >= 3 && entry.time.minimum > 0)
      #expect(entry.peak > 0)
      #expect(entry.error <= 1e-4)
      #expect(entry.roof != nil)
      let isWinograd = entry.candidate.strategy == "winograd"
      let executed = try #require(entry.executed)
      #expect(isWinograd ? executed < entry.operations : executed <= entry.operations)
    }
  }

  @Test func rowsSurviveTheFile() throws {
    let result = try bench("mb1ic32ih7oc32oh7kh1", .network)
    let machine = try Machine.probe()
    let identity = RunIdentity(
      machine: machine, team: ThreadTeam(count: 1, smt: false, binding: "none"),
      isa: .baseline, network: "", batch: 0, resolution: 0, choice: "bench")
    let problem = BatchFile.Problem(problem: result.problem, name: "a,b", multiplicity: 3)
    let rows = result.entries.map {
      BenchRow(
        $0, problem: problem, epilogue: result.epilogue, cache: "cold-weights", identity: identity)
    }
    let path = NSTemporaryDirectory() + "bench-\(UInt64.random(in: 0 ... .max)).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try CSVFile<BenchRow>.append(rows, to: path)
    #expect(!rows.isEmpty)
    #expect(try CSVFile<BenchRow>.read(path) == rows)
  }

  @Test func targetsAreProblemsThatTheirStrategiesTake() throws {
    let targets = try KernelTargets()
    let counts = Dictionary(grouping: targets.targets, by: \.strategy.name).mapValues {
      $0.map(\.problems.count)
    }
    #expect(counts["winograd"] == [11] && counts["direct"] == [3, 1, 2, 3, 2])
    for target in targets.targets {
      #expect(!target.problems.isEmpty)
      for problem in target.problems {
        #expect(
          target.strategy.rejection(of: problem, target: Target(.best, threads: 1)) == nil,
          "\(problem)")
      }
    }
    for (name, descriptor) in KernelTargets.loops {
      let problem = try ConvolutionProblem(descriptor: descriptor)
      let strategy = try StrategyTable.strategy(named: name)
      #expect(strategy.rejection(of: problem, target: Target(.best, threads: 1)) == nil)
    }
  }

  @Test func stepsAreTimedAgainstTheirLevel() throws {
    let machine = try Machine.probe()
    let pool = WorkerPool(placement: try machine.placement(for: ThreadRequest(count: .exactly(1))))
    defer { pool.shutdown() }
    let level = try #require(
      BandwidthProbe.levels(kernels: .best, pool: pool, machine: machine).first)
    let steps = StepBandwidth(kernels: .best, levels: [level], capacities: [.max])
    let results = steps.measureAll()
    #expect(results.count == 6)
    #expect(results.allSatisfy { $0.time > 0 && $0.bytes > 0 && $0.copy > 0 })
    #expect(results.allSatisfy { $0.level == level.name })
  }
}
