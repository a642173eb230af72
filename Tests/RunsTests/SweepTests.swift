import Execution
import KernelLibrary
import Measurement
import Networks
import Testing
import Topology
import Workers

@testable import Runs

@Suite struct SweepTests {
  @Test func nothingGivenIsOneSetting() {
    let sweep = Sweep()
    #expect(!sweep.isSeveral && sweep.settings == [Sweep.Setting()])
    #expect(Sweep(batches: []).settings.count == 1)
    #expect(Sweep.Setting().title.isEmpty)
  }

  @Test func eachWithEach() {
    let sweep = Sweep(
      networks: ["a", "b"], instructionSets: [.avx2, .baseline], batches: [1, 8],
      threads: [.exactly(1), .exactly(2), .automatic])
    let settings = sweep.settings
    #expect(sweep.count == 24 && settings.count == 24 && Set(settings).count == 24)
    #expect(sweep.isSeveral)
    #expect(settings.prefix(12).allSatisfy { $0.network == "a" })
    #expect(
      settings.prefix(4).map(\.title) == [
        "a, avx2, batch 1, 1 thread", "a, avx2, batch 1, 2 threads",
        "a, avx2, batch 1, a thread a core", "a, avx2, batch 8, 1 thread",
      ])
  }

  private static func benchmark(_ rule: StoppingRule) throws -> SessionBenchmark {
    let benchmark = try lenet5().benchmark
    benchmark.warmUp(seconds: 0)
    benchmark.measure(rule)
    return benchmark
  }

  @Test func measuresUntilThePrecisionOrTheEnd() throws {
    let loose = try Self.benchmark(
      StoppingRule(seconds: 1, precision: 1e6, leastSamples: 50, mostSeconds: 20))
    #expect(loose.precision?.isReached == true && loose.samples.count >= 50)
    let strict = try Self.benchmark(
      StoppingRule(seconds: 1, precision: 1e-12, leastSamples: 1 << 30, mostSeconds: 0.05))
    #expect(strict.precision?.isReached == false && strict.samples.count >= 1)
    let counted = try Self.benchmark(
      StoppingRule(seconds: 0.001, precision: nil, leastSamples: 300, mostSeconds: 20))
    #expect(counted.precision == nil && counted.samples.count + counted.discarded >= 300)
  }
}
