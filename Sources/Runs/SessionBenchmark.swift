import Base
import Execution
import KernelLibrary
import Measurement
import Workers

/// Times whole inferences of a session, and now and then a profiled one, between speed probes.
///
/// The run is made of blocks: a probe, timed inferences with profiled ones among them, a probe. A
/// block with a disturbed probe was slowed by somebody else: its samples are left out and counted.
/// Profiled inferences are taken among the timed ones, so that both see the same machine.
public final class SessionBenchmark {
  /// Timed inferences in undisturbed blocks, in order.
  public private(set) var samples: [Nanoseconds] = []
  /// Inferences left out.
  public private(set) var discarded = 0
  /// The profiled inferences of the same blocks.
  private(set) var profiles: [StepProfile.Inference] = []
  /// Of all probes.
  public private(set) var speeds: [Gflops] = []

  /// From the making of the session to the end of its first inference, in `warmUp`.
  public private(set) var startUpSeconds: Double?

  /// Of a series that was to reach one.
  public private(set) var precision: PrecisionOutcome?

  private let session: Session
  private let pool: WorkerPool
  private let probe: SpeedProbe
  private let loadBefore = SystemLoad()
  private var blocks: [Block] = []
  /// Timed inferences of all blocks.
  private var taken = 0
  private var period = SessionBenchmark.profilePeriod

  /// What one block gave, kept until it is known whether the machine was slowed.
  private struct Block {
    var samples: [Nanoseconds] = []
    var profiles: [StepProfile.Inference] = []
    var speedBefore: Gflops = 0
    var speedAfter: Gflops = 0
  }

  /// A block lasts about this long, or one inference.
  private static let blockTime = Nanoseconds.milliseconds(50)
  private static let blockInferences = 64
  /// One of so many inferences is profiled; of slow ones, of which a block has few, every second.
  private static let profilePeriod = 4
  private static let slowPeriod = 2
  /// Longer than asked for by at most this factor, to make up for discarded blocks.
  private static let patience = 1.5

  public init(session: Session, pool: WorkerPool, kernels: Kernels) {
    self.session = session
    self.pool = pool
    probe = SpeedProbe(kernels: kernels, workers: pool.count)
  }

  /// At least one inference.
  ///
  /// - Parameters:
  ///   - seconds: of inferences; nil is ten inferences or a second of them.
  ///   - isCancelled: asked between inferences.
  public func warmUp(seconds: Double? = nil, isCancelled: () -> Bool = { false }) {
    let watch = Stopwatch()
    session.run()
    startUpSeconds = session.preparationSeconds + watch.seconds
    guard let seconds else {
      for _ in 1..<10 where watch.seconds < 1 && !isCancelled() { session.run() }
      return
    }
    while watch.seconds < seconds && !isCancelled() { session.run() }
  }

  /// Measures for so many seconds; at least one inference, at least one profiled one.
  public func measure(
    seconds: Double, isCancelled: () -> Bool = { false }, progress: (Double) -> Void = { _ in }
  ) {
    measure(StoppingRule(seconds: seconds), isCancelled: isCancelled, progress: progress)
  }

  /// Measures until the rule says that it is enough.
  ///
  /// - Parameter progress: told the share of the seconds, or of the most seconds, that have passed.
  public func measure(
    _ rule: StoppingRule, isCancelled: () -> Bool = { false },
    progress: (Double) -> Void = { _ in }
  ) {
    let watch = Stopwatch()
    var looked = 0
    let end = rule.precision == nil ? rule.seconds : rule.mostSeconds ?? rule.seconds
    repeat {
      measureBlock(isCancelled: isCancelled)
      progress(min(watch.seconds / max(end, 1e-3), 1))
    } while !isCancelled() && !isEnough(rule, watch.seconds, &looked)
    sortOut()
    precision = rule.outcome(samples)
  }

  /// - Parameter looked: how many inferences there were when the samples were last looked at.
  private func isEnough(_ rule: StoppingRule, _ seconds: Double, _ looked: inout Int) -> Bool {
    if let most = rule.mostSeconds, seconds >= most { return true }
    if rule.precision == nil {
      guard seconds >= rule.seconds * (needsMore ? Self.patience : 1) else { return false }
      if rule.leastSamples <= 1 { return true }
    }
    guard rule.isLook(taken, last: looked, seconds: seconds) else { return false }
    looked = taken
    sortOut()
    return rule.outcome(samples)?.isReached ?? (samples.count >= rule.leastSamples)
  }

  /// One block: for measuring several sessions in turn. `sortOut` ends the series.
  public func measureBlock(isCancelled: () -> Bool = { false }) {
    var block = Block()
    block.speedBefore = measureSpeed()
    let watch = Stopwatch()
    var count = 0
    repeat {
      // Chosen by count and shifted from block to block: a place chosen by time would be just
      // after an interruption, or never.
      if (count + blocks.count) % period == 0 {
        block.profiles.append(profile())
      } else {
        let one = Stopwatch()
        session.run()
        block.samples.append(one.elapsed)
      }
      count += 1
    } while (watch.elapsed < Self.blockTime && count < Self.blockInferences
      || count % period != 0) && !isCancelled()
    if watch.elapsed > Double(count) / Double(Self.profilePeriod) * Self.blockTime {
      period = Self.slowPeriod
    }
    block.speedAfter = measureSpeed()
    taken += block.samples.count
    blocks.append(block)
  }

  /// Keeps the samples of undisturbed blocks; where most were disturbed, all of them (the speed
  /// drift then makes the result invalid).
  public func sortOut() {
    let calm = blocks.filter { !isDisturbed($0) }
    let kept = 2 * calm.count >= blocks.count ? calm : blocks
    samples = kept.flatMap(\.samples)
    discarded = blocks.reduce(0) { $0 + $1.samples.count } - samples.count
    profiles = kept.flatMap(\.profiles)
    speeds = kept.flatMap { [$0.speedBefore, $0.speedAfter] }
  }

  /// Of all workers: the best probe of the run times their number.
  public var peak: Gflops { Double(pool.count) * probe.reference }

  public var validity: Validity {
    Validity(
      samples: samples, load: SystemLoad().since(loadBefore), speeds: speeds, workers: pool.count)
  }

  private var needsMore: Bool {
    2 * blocks.count { !isDisturbed($0) } < blocks.count
  }

  private func isDisturbed(_ block: Block) -> Bool {
    probe.isDisturbed(block.speedBefore) || probe.isDisturbed(block.speedAfter)
  }

  private func profile() -> StepProfile.Inference {
    var steps: [Nanoseconds] = []
    steps.reserveCapacity(session.network.steps.count)
    let watch = Stopwatch()
    session.runProfiled { _, time in steps.append(time) }
    return StepProfile.Inference(steps: steps, total: watch.elapsed)
  }

  /// The best of three: a single burst of 30 µs also shows what does not last.
  private func measureSpeed() -> Gflops {
    max(probe.measure(on: pool), probe.measure(on: pool), probe.measure(on: pool))
  }
}
