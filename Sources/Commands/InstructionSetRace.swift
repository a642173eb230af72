import Base
import Execution
import KernelLibrary
import Measurement
import Networks
import Plans
import Runs
import Topology
import Workers

/// `tune --isa auto`: which of several instruction sets is the fastest for a network, each with the
/// plan that was tuned for it. Vectors twice as wide are not always faster: on a Zen 4 the FMA peak
/// of AVX2 was above that of AVX-512.
struct InstructionSetRace {
  /// Sets whose FMA peak is below the best by more than this are not tuned for.
  static let peakRange = 0.2
  /// A difference must be as large as this, and be told from the samples' noise, to change the usual
  /// choice.
  static let leastGain = 0.02

  let graph: Graph
  let pool: WorkerPool

  /// Those worth tuning for, in the given order.
  static func contenders<Set>(_ peaks: [(set: Set, peak: Gflops)]) -> [Set] {
    let best = peaks.map(\.peak).max() ?? 0
    return peaks.filter { $0.peak >= (1 - peakRange) * best }.map(\.set)
  }

  /// What this CPU's instruction sets reach on these workers, a quarter of a second.
  static func contenders(on pool: WorkerPool) -> [Kernels] {
    let peaks = Kernels.available.map {
      (set: $0, peak: FMAPeak.measure(kernels: $0, pool: pool))
    }
    let chosen = contenders(peaks)
    let texts = peaks.map { peak in
      let isOut = !chosen.contains { $0.instructionSet == peak.set.instructionSet }
      return "\(peak.set.instructionSet.title) \(NumberText.gflops(peak.peak.value)) GFLOP/s"
        + (isOut ? " (left out)" : "")
    }
    printNote("FMA peaks: " + texts.joined(separator: ", "))
    return chosen
  }

  /// Index of the fastest. The last, which is the usual choice, stays unless another's median is
  /// shorter by more than `leastGain` and its samples are told from the usual one's.
  static func winner(_ samples: [[Nanoseconds]]) -> Int {
    guard let usual = samples.indices.last else { return 0 }
    let medians = samples.map { Statistics.median($0) }
    let faster = samples.indices.dropLast().filter {
      medians[$0] < (1 - leastGain) * medians[usual]
        && Statistics.mannWhitney(samples[$0].map(\.value), samples[usual].map(\.value)) < 0.05
    }
    return faster.min { medians[$0] < medians[$1] } ?? usual
  }

  /// Runs the network by each plan in turn, block by block, and says what won.
  ///
  /// - Parameter plans: of the same network, one an instruction set.
  /// - Throws: what `Session` throws, `ExitCode` for an interrupt.
  func run(_ plans: [Plan], seconds: Double) throws -> Plan {
    let sides = try plans.map { plan in
      let kernels = try Kernels(plan.isa)
      let network = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
        .fusing(plan.fusions.map(\.fusion))
      let session = try Session(
        network: network, seed: NetworkRun.seed, choices: plan.candidates, kernels: kernels,
        pool: pool)
      try session.load(inputs: graph.seededInputs(seed: NetworkRun.seed))
      return SessionBenchmark(session: session, pool: pool, kernels: kernels)
    }
    SessionBenchmark.measureInTurns(
      sides, seconds: seconds, isCancelled: { Interrupt.isRequested })
    try Interrupt.check()
    let winner = Self.winner(sides.map(\.samples))
    let texts = zip(plans, sides).map { plan, side in
      "\(plan.isa.title) \(NumberText.milliseconds(Statistics.median(side.samples).milliseconds)) ms"
    }
    printNote(
      "instruction sets in turns: " + texts.joined(separator: ", ")
        + "; \(plans[winner].isa.title) it is")
    return plans[winner]
  }
}
