import Synchronization
import Testing
import Topology

@testable import Workers

@Suite(.serialized) struct WorkerPoolTests {
  /// Counts per task, each task owned by one worker at a time.
  final class Tally: @unchecked Sendable {
    let counts: UnsafeMutablePointer<Int>
    let workers: UnsafeMutablePointer<Int>
    let size: Int

    init(_ size: Int) {
      self.size = size
      counts = .allocate(capacity: size)
      counts.initialize(repeating: 0, count: size)
      workers = .allocate(capacity: size)
      workers.initialize(repeating: -1, count: size)
    }

    deinit {
      counts.deallocate()
      workers.deallocate()
    }

    func add(_ task: Int, _ worker: Int) {
      counts[task] += 1
      workers[task] = worker
    }
  }

  @Test(arguments: [1, 2, 3, 7]) func everyTaskRunsOnceInContiguousParts(threads: Int) {
    let pool = WorkerPool(placement: .unbound(threads: threads))
    #expect(pool.count == threads)
    for tasks in [0, 1, 2, threads, 13, 100, 1000] {
      let tally = Tally(tasks)
      pool.run(tasks: tasks) { tally.add($0, $1) }
      for task in 0..<tasks {
        #expect(tally.counts[task] == 1)
        if tasks > 1 {
          let owner = tally.workers[task]
          #expect(WorkerPool.partition(tasks: tasks, worker: owner, of: threads).contains(task))
          if task > 0 { #expect(owner >= tally.workers[task - 1]) }
        }
      }
    }
  }

  @Test func thousandsOfRegions() {
    let pool = WorkerPool(placement: .unbound(threads: 2))
    let tally = Tally(5)
    for _ in 0..<20_000 { pool.run(tasks: 5) { tally.add($0, $1) } }
    for task in 0..<5 { #expect(tally.counts[task] == 20_000) }
  }
}
