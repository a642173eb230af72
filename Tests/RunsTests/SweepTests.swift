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

  @Test func layersThatMoreThreadsSlowDown() {
    func profile(_ subject: String, _ threads: Int, _ times: [String: Double])
      -> ThreadLosses.Profile
    {
      ThreadLosses.Profile(
        subject: subject, threads: threads,
        layers: times.sorted { $0.key < $1.key }.map { name, ms in
          LayerTiming(
            name: name, kind: "pool", ms: ms,
            samples: (0..<30).map { ms * (1 + 0.001 * Double($0 % 5 - 2)) })
        })
    }
    let losses = ThreadLosses([
      profile("a", 2, ["large": 5.2, "small": 0.02, "tie": 1.0005, "new": 9]),
      profile("a", 1, ["large": 10, "small": 0.01, "tie": 1, "gone": 1]),
      profile("a", 4, ["large": 10.5, "small": 0.03]),
      profile("b", 8, ["small": 7]),
    ])
    #expect(
      losses.losses.map { "\($0.layer) \($0.fewest) \($0.threads)" } == [
        "large 1 4", "small 1 4", "small 1 2",
      ])
    #expect("\(losses)".contains("3.00") && !"\(losses)".contains("more, each"))
    #expect("\(ThreadLosses([ThreadLosses.Profile]()))".isEmpty)
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
