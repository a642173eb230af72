import CSIMD
import Synchronization
import Topology

/// A fixed team of threads for short parallel regions that follow one another closely.
///
/// Worker 0 is the thread that calls `run`; the others are threads of the pool, each bound to its
/// hardware thread. A region is published by one store and ends when every worker has stored its
/// acknowledgement: no lock and no allocation while the workers spin. A worker without work spins
/// for about 100 µs, then sleeps; so does the caller when a worker is late, which keeps a machine
/// with more workers than CPUs going.
///
/// Every worker, and the thread that creates the pool, treats denormals as zero from then on
/// (`cs_flush_denormals`): a denormal operand makes an FMA 25 times slower.
///
/// A pool runs one region at a time. Running one from inside another, or from two threads at once,
/// is a programming error and stops the program.
public final class WorkerPool: @unchecked Sendable {
  /// What the pool was asked to be.
  public let placement: Placement
  /// Workers, the caller included. At least one; fewer than asked only where the system refused to
  /// start a thread, which is in `warnings`.
  public let count: Int
  /// Why some worker is not where its placement says: a line each.
  public let warnings: [String]
  /// Whether every worker is on the hardware thread that its placement says.
  public let isBound: Bool

  private let team: Team
  private let callerBinding: ThreadBinding.Saved?

  /// Starts the workers and waits until each is in its place.
  public init(placement: Placement) {
    let placement = placement.slots.isEmpty ? Placement.unbound(threads: 1) : placement
    self.placement = placement
    let team = Team(placement)
    self.team = team
    var warnings: [String] = []
    if placement.isBound, !placement.isBindable {
      warnings.append("this placement is of another machine: the workers run unbound")
    }
    callerBinding = team.enterAsCaller()
    team.start()
    count = team.count
    if count < placement.threads {
      warnings.append(
        "only \(count) of \(placement.threads) workers: the system starts no further thread")
    }
    let failures = team.bindingFailures
    self.warnings = warnings + failures
    isBound = placement.isBound && placement.isBindable && failures.isEmpty
  }

  /// Workers for a placement, all of them: with fewer, what is recorded would not be what ran.
  ///
  /// - Throws: `TopologyError` where the system starts no so many.
  public static func complete(_ placement: Placement) throws -> WorkerPool {
    let pool = WorkerPool(placement: placement)
    guard pool.count == placement.threads else {
      let count = pool.count
      pool.shutdown()
      throw TopologyError(
        "only \(count) of \(placement.threads) workers: the system starts no further thread "
          + "(ulimit -u, ulimit -v, pids.max); give --threads \(count)")
    }
    return pool
  }

  /// What the pool became, for the record.
  ///
  /// - Parameters:
  ///   - machine: that the placement is of.
  ///   - binding: what was asked for.
  public func team(on machine: Machine, binding: ThreadRequest.Binding) -> ThreadTeam {
    machine.team(of: placement, count: count, binding: binding, isBound: isBound)
  }

  deinit {
    shutdown()
  }

  /// Runs `body(task, worker)` once for every task in `0..<tasks`, and returns when all are done.
  ///
  /// Worker `w` takes the contiguous tasks `w*tasks/count ..< (w+1)*tasks/count`, in order. Up to
  /// one task runs on the caller without waking anybody. After `shutdown` everything does.
  public func run(tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    team.run(tasks: tasks, body)
  }

  /// Runs `body(worker)` once on every worker, and returns when all are done.
  public func runOnWorkers(_ body: (_ worker: Int) -> Void) {
    team.run(tasks: count) { _, worker in body(worker) }
  }

  /// Tasks of one worker in a region: what `run` gives to `body`.
  public static func partition(tasks: Int, worker: Int, of count: Int) -> Range<Int> {
    // worker * tasks / count without the product, which could overflow.
    let (quotient, remainder) = tasks.quotientAndRemainder(dividingBy: count)
    let first = worker * quotient + worker * remainder / count
    let next = (worker + 1) * quotient + (worker + 1) * remainder / count
    return first..<next
  }

  /// Ends and joins the pool's threads and gives the calling thread its old binding back, if it is
  /// the one that made the pool. Called once at the latest by `deinit`; a second call does nothing.
  public func shutdown() {
    if team.stop() { callerBinding?.restore() }
  }
}
