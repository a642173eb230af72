// The pool's machinery: the region protocol and its memory.
//
// Protocol. `generation` counts regions. The caller writes the job, then stores generation + 1; a
// worker that sees it runs its share and stores the number into its own `finished`; the caller
// waits for every `finished`. So the job is only written while all workers are between regions.
//
// Sleep. A worker raises `isAsleep` and `sleepers`, then looks at `generation` once more before
// it sleeps; the caller stores `generation`, then looks at `sleepers`. Both sides are sequentially
// consistent, so at least one of them sees the other. The caller sleeps on a late worker in the
// same way, with `callerIsAsleep`.
//
// Memory. `control` and `cells` are allocated in `init` and freed in `deinit`, after the threads
// are joined. Every flag that one thread writes and another polls has 128 bytes of its own (two
// cache lines: the adjacent-line prefetcher pairs them). `job` borrows the caller's closure and is
// only read between a region's start and its end.

import CSIMD
import Foundation
import Synchronization
import Topology

final class Team: @unchecked Sendable {
  /// One region's work.
  struct Job {
    let tasks: Int
    let body: RegionBody
  }

  /// An atomic alone on its cache lines.
  struct Flag: ~Copyable {
    let value: Atomic<Int>
    private let padding:
      (
        Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int
      ) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

    init(_ value: Int = 0) {
      self.value = Atomic(value)
    }
  }

  /// What one worker owns.
  struct Cell: ~Copyable {
    /// The last region it has finished; −1 before it is in its place.
    let finished = Flag(-1)
    let isAsleep = Flag()
    let parking = Parking()
    var thread = pthread_t()
    var bindingFailure: String?
  }

  struct Control: ~Copyable {
    let generation = Flag()
    let sleepers = Flag()
    let callerIsAsleep = Flag()
    let isBusy = Flag()
    let parking = Parking()
    var job: Job?
    var isStopping = false
  }

  private let placement: Placement
  private let control: UnsafeMutablePointer<Control>
  private let cells: UnsafeMutablePointer<Cell>
  /// How a worker waits for the next region, and the caller for the workers, before they sleep.
  private let idle: SpinWait
  private let late: SpinWait
  /// Workers, the caller included; 1 after `stop`.
  private(set) var count = 1

  init(_ placement: Placement) {
    ThreadBinding.prepare()
    self.placement = placement
    control = Self.allocate(1)
    control.initialize(to: Control())
    cells = Self.allocate(placement.threads)
    for index in 0..<placement.threads { (cells + index).initialize(to: Cell()) }
    // Workers without a CPU each must not spin in one another's way.
    let cpus = Machine.startAffinity?.count ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let pauses: UInt64 = placement.threads <= cpus ? 20_000 : 0
    idle = SpinWait(pauses: pauses, yields: 4 * pauses)
    late = SpinWait(pauses: pauses, yields: 1_000_000)
  }

  deinit {
    control.pointee.parking.destroy()
    control.deinitialize(count: 1)
    UnsafeMutableRawPointer(control).deallocate()
    for index in 0..<placement.threads { cells[index].parking.destroy() }
    cells.deinitialize(count: placement.threads)
    UnsafeMutableRawPointer(cells).deallocate()
  }

  private static func allocate<Value: ~Copyable>(_ count: Int) -> UnsafeMutablePointer<Value> {
    UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<Value>.stride * count, alignment: 128
    ).bindMemory(to: Value.self, capacity: count)
  }

  // MARK: Life

  /// Puts the calling thread in worker 0's place; returns the binding it had.
  func enterAsCaller() -> ThreadBinding.Saved? {
    let saved = ThreadBinding.Saved()
    takePlace(0)
    return cells[0].bindingFailure == nil && placement.isBindable ? saved : nil
  }

  /// Starts the other workers and waits for them. Stops at the first the system refuses.
  func start() {
    for worker in 1..<max(placement.threads, 1) {
      let entry = Unmanaged.passRetained(Entry(team: self, worker: worker))
      let failed = pthread_create(
        &cells[worker].thread, nil, workerMain, entry.toOpaque())
      guard failed == 0 else {
        entry.release()
        break
      }
      count += 1
    }
    for worker in 1..<max(count, 1) { waitFor(worker, generation: 0) }
  }

  /// A line for each worker that could not be bound.
  var bindingFailures: [String] {
    (0..<count).compactMap { cells[$0].bindingFailure }
  }

  /// Ends and joins the workers; false when that has been done before.
  func stop() -> Bool {
    enter()
    defer { leave() }
    guard !control.pointee.isStopping else { return false }
    control.pointee.isStopping = true
    publish()
    for worker in 1..<max(count, 1) { pthread_join(cells[worker].thread, nil) }
    count = 1
    return true
  }

  private func takePlace(_ worker: Int) {
    cs_flush_denormals()
    guard placement.isBindable, let cpu = placement.slots[worker].cpu else { return }
    if let reason = ThreadBinding.bind(to: cpu) {
      cells[worker].bindingFailure =
        "worker \(worker) is not bound to CPU \(cpu): \(reason); it runs unbound"
    }
  }

  // MARK: The caller's side

  func run(tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    enter()
    defer { leave() }
    guard tasks > 1, count > 1 else {
      for task in 0..<max(tasks, 0) { body(task, 0) }
      return
    }
    RegionBody.lend(body, tasks: tasks, to: self)
  }

  /// A region on all workers, between `enter` and `leave`.
  func region(_ body: RegionBody, tasks: Int) {
    let job = Job(tasks: tasks, body: body)
    control.pointee.job = job
    let region = publish()
    work(job, as: 0)
    for worker in 1..<count { waitFor(worker, generation: region) }
    control.pointee.job = nil
  }

  private func enter() {
    let wasBusy = control.pointee.isBusy.value.exchange(1, ordering: .acquiring)
    precondition(wasBusy == 0, "a WorkerPool runs one region at a time")
  }

  private func leave() {
    control.pointee.isBusy.value.store(0, ordering: .releasing)
  }

  /// Starts the next region (or the end) and wakes who sleeps; returns its number.
  @discardableResult
  private func publish() -> Int {
    let region = control.pointee.generation.value.load(ordering: .relaxed) &+ 1
    control.pointee.generation.value.store(region, ordering: .sequentiallyConsistent)
    if control.pointee.sleepers.value.load(ordering: .sequentiallyConsistent) > 0 {
      for worker in 1..<max(count, 1)
      where cells[worker].isAsleep.value.load(ordering: .sequentiallyConsistent) != 0 {
        cells[worker].parking.wake()
      }
    }
    return region
  }

  private func waitFor(_ worker: Int, generation: Int) {
    let finished = { [cells] in
      cells[worker].finished.value.load(ordering: .acquiring) == generation
    }
    if late.wait(until: finished) { return }
    control.pointee.callerIsAsleep.value.store(1, ordering: .sequentiallyConsistent)
    control.pointee.parking.sleep { [cells] in
      cells[worker].finished.value.load(ordering: .sequentiallyConsistent) != generation
    }
    control.pointee.callerIsAsleep.value.store(0, ordering: .relaxed)
  }

  // MARK: The workers' side

  /// A worker thread's life.
  fileprivate func live(as worker: Int) {
    takePlace(worker)
    var region = 0
    finish(worker, region)
    while true {
      waitForRegion(worker, after: region)
      region &+= 1
      if control.pointee.isStopping { return }
      if let job = control.pointee.job { work(job, as: worker) }
      finish(worker, region)
    }
  }

  /// Waits until a region after `region` has started.
  private func waitForRegion(_ worker: Int, after region: Int) {
    let started = { [control] in
      control.pointee.generation.value.load(ordering: .acquiring) != region
    }
    if idle.wait(until: started) { return }
    cells[worker].isAsleep.value.store(1, ordering: .sequentiallyConsistent)
    control.pointee.sleepers.value.add(1, ordering: .sequentiallyConsistent)
    cells[worker].parking.sleep { [control] in
      control.pointee.generation.value.load(ordering: .sequentiallyConsistent) == region
    }
    control.pointee.sleepers.value.subtract(1, ordering: .relaxed)
    cells[worker].isAsleep.value.store(0, ordering: .relaxed)
  }

  private func finish(_ worker: Int, _ region: Int) {
    cells[worker].finished.value.store(region, ordering: .sequentiallyConsistent)
    if control.pointee.callerIsAsleep.value.load(ordering: .sequentiallyConsistent) != 0 {
      control.pointee.parking.wake()
    }
  }

  private func work(_ job: Job, as worker: Int) {
    job.body(
      WorkerPool.partition(tasks: job.tasks, worker: worker, of: count), worker: worker)
  }
}

/// What a new thread is given.
private final class Entry: Sendable {
  let team: Team
  let worker: Int

  init(team: Team, worker: Int) {
    self.team = team
    self.worker = worker
  }
}

/// A free function, since a closure literal from a `@main` type would inherit its main actor.
private nonisolated func workerMain(_ argument: UnsafeMutableRawPointer?)
  -> UnsafeMutableRawPointer?
{
  guard let argument else { return nil }
  let entry = Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue()
  entry.team.live(as: entry.worker)
  return nil
}
