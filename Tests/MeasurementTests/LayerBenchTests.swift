import Base
import Convolution
import KernelLibrary
import Testing
import Topology
import Workers

@testable import Measurement

@Suite(.serialized) struct LayerBenchTests {
  private let machine: Machine
  private let pool: WorkerPool

  init() throws {
    machine = try Machine.probe()
    pool = WorkerPool(placement: .unbound(threads: 2))
  }

  @Test func exactDataAreSmallIntegersTimesTheUnit() {
    let values = ExactData(seed: 3, unit: 0.25).values(count: 2000)
    #expect(Set(values) == [-0.5, -0.25, 0, 0.25, 0.5])
    let again = values == ExactData(seed: 3, unit: 0.25).values(count: 2000)
    #expect(again)
    let same = values == ExactData(seed: 4, unit: 0.25).values(count: 2000)
    #expect(!same)
    #expect(ExactData.weightUnit(reductionLength: 1) == 1)
    #expect(ExactData.weightUnit(reductionLength: 1024) == 0.03125)
  }

  @Test(arguments: [CacheState.network, .hot])
  func timesACandidateAndLeavesItsResult(_ state: CacheState) throws {
    let problem = try ConvolutionProblem(descriptor: "mb1ic20ih9oc24oh9kh3ph1")
    let epilogue = Epilogue(bias: true, residual: true, activation: .relu)
    let kernels = Kernels.best
    let bench = try LayerBench(
      workload: Workload(problem: problem, epilogue: epilogue), kernels: kernels, pool: pool,
      machine: machine)
    let strategy = try StrategyTable.strategy(named: "direct")
    let configuration = strategy.configurations(for: problem, target: Target(kernels, threads: 2))[
      0]
    let prepared = try strategy.prepare(
      bench.layer, configuration: configuration, target: Target(kernels, threads: 2))
    bench.run(prepared)
    let result = bench.output.view.planar()
    #expect(result.contains { $0 > 0 })
    #expect(bench.sample(prepared, state: state) > 0)
    // Neither eviction nor rewriting changes what is computed.
    #expect(bench.output.view.planar() == result)
  }

  @Test func refusesWhatDoesNotFitIntoMemory() throws {
    let problem = try ConvolutionProblem(descriptor: "mb3900ic4ih1024oc2oh1024kh3ph1")
    #expect(throws: MeasurementError.self) {
      try LayerBench(
        workload: Workload(problem: problem), kernels: .best, pool: pool, machine: machine)
    }
  }

  @Test func evictionReadsMoreThanThePrivateCache() {
    let evictor = CacheEvictor(kernels: .best, pool: pool, machine: machine)
    let cpu = machine.allowed.members[0]
    if let cache = machine.lastPrivateCache(of: cpu) {
      #expect(evictor.bytesPerWorker >= min(Int(cache.bytes), MeasurementRules.evictionLimit))
    }
    evictor.evict(pool)
  }

  @Test(arguments: Kernels.available.map(\.instructionSet))
  func peakAndProbeAreMeasured(_ isa: InstructionSet) throws {
    let kernels = try Kernels(isa)
    #expect(FMAPeak.measure(kernels: kernels, pool: pool) > 0)
    let probe = SpeedProbe(kernels: kernels, workers: pool.count)
    let speed = probe.measure(on: pool)
    #expect(speed > 0)
    #expect(probe.reference == speed)
    #expect(!probe.isDisturbed(speed))
    #expect(probe.isDisturbed(0.9 * speed))
  }
}
