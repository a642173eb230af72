import Foundation
import Synchronization
import Testing
import Topology
import Workers

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
    for _ in 0..<5_000 { pool.run(tasks: 5) { tally.add($0, $1) } }
    for task in 0..<5 { #expect(tally.counts[task] == 5_000) }
  }

  @Test func partitionsOfHugeCountsDoNotOverflow() {
    for tasks in [0, 1, 63, 64, 65, 1_000_003, Int.max] {
      var next = 0
      for worker in 0..<64 {
        let part = WorkerPool.partition(tasks: tasks, worker: worker, of: 64)
        #expect(part.lowerBound == next)
        #expect(part.count - tasks / 64 <= 1)
        next = part.upperBound
      }
      #expect(next == tasks)
    }
    #expect(WorkerPool.partition(tasks: 10, worker: 1, of: 3) == 3..<6)
  }

  @Test func everyWorkerRunsOnce() {
    let pool = WorkerPool(placement: .unbound(threads: 3))
    let tally = Tally(3)
    let caller = pthread_self()
    // One element each: the thread sanitizer does not see the standard library's mutex.
    let threads = UnsafeMutableBufferPointer<UInt>.allocate(capacity: 3)
    defer { threads.deallocate() }
    threads.initialize(repeating: 0)
    pool.runOnWorkers { worker in
      tally.add(worker, worker)
      threads[worker] = UInt(pthread_self())
      if worker == 0 { #expect(pthread_equal(pthread_self(), caller) != 0) }
    }
    #expect((0..<3).allSatisfy { tally.counts[$0] == 1 })
    #expect(Set(threads).count == 3)
  }

  @Test func wakesAfterSleep() {
    let pool = WorkerPool(placement: .unbound(threads: 2))
    let tally = Tally(2)
    for _ in 0..<20 {
      usleep(2_000)
      pool.runOnWorkers { tally.add($0, $0) }
    }
    #expect(tally.counts[0] == 20)
    #expect(tally.counts[1] == 20)
  }

  @Test func callerSleepsOnALateWorker() {
    let pool = WorkerPool(placement: .unbound(threads: 2))
    let tally = Tally(2)
    for late in [1, 0, 1] {
      pool.runOnWorkers { worker in
        if worker == late { usleep(20_000) }
        tally.add(worker, worker)
      }
    }
    #expect(tally.counts[0] == 3)
    #expect(tally.counts[1] == 3)
  }

  @Test func moreWorkersThanCPUs() {
    let cpus = Machine.startAffinity?.count ?? 1
    let pool = WorkerPool(placement: .unbound(threads: 4 * cpus + 3))
    let total = Atomic<Int>(0)
    for _ in 0..<200 { pool.run(tasks: 100) { task, _ in total.add(task, ordering: .relaxed) } }
    #expect(total.load(ordering: .relaxed) == 200 * 4950)
  }

  @Test func workersFlushDenormals() {
    let pool = WorkerPool(placement: .unbound(threads: 3))
    // Not a constant, or the compiler would multiply.
    let half = Float(pool.count) / 6
    let flushed = Atomic<Int>(0)
    pool.runOnWorkers { _ in
      if Float.leastNormalMagnitude * half == 0 { flushed.add(1, ordering: .relaxed) }
    }
    #expect(flushed.load(ordering: .relaxed) == 3)
  }

  @Test func bindingHoldsAndIsGivenBack() throws {
    let before = ThreadBinding.current()
    let placement = try Machine.probe().placement(for: ThreadRequest())
    let pool = WorkerPool(placement: placement)
    #expect(pool.warnings.isEmpty)
    let seen = UnsafeMutableBufferPointer<CPUSet?>.allocate(capacity: pool.count)
    seen.initialize(repeating: nil)
    defer {
      seen.deinitialize()
      seen.deallocate()
    }
    pool.runOnWorkers { seen[$0] = ThreadBinding.current() }
    for slot in placement.slots {
      #expect(seen[slot.worker] == slot.cpu.map { CPUSet([$0]) })
    }
    // A bound caller must not make the machine look smaller.
    #expect(try Machine.probe().placement(for: ThreadRequest()).threads == placement.threads)
    pool.shutdown()
    #expect(ThreadBinding.current() == before)
  }

  @Test(arguments: [4000, 1 << 40, -1]) func failureToBindIsAWarning(cpu: Int) throws {
    let json = """
      {"isBindable": true, "reasons": [],
       "slots": [{"worker": 0, "cpu": \(cpu)}, {"worker": 1, "cpu": \(cpu)}]}
      """
    let placement = try JSONDecoder().decode(Placement.self, from: Data(json.utf8))
    let pool = WorkerPool(placement: placement)
    #expect(pool.count == 2)
    #expect(pool.warnings.count == 2)
    #expect(pool.warnings.allSatisfy { $0.contains("runs unbound") && !$0.contains("\n") })
    let tally = Tally(9)
    pool.run(tasks: 9) { tally.add($0, $1) }
    #expect((0..<9).allSatisfy { tally.counts[$0] == 1 })
  }

  @Test func anotherMachinesPlacementRunsUnbound() throws {
    let machine = try Machine(synthetic: "core:3 pu:1")
    let pool = WorkerPool(placement: try machine.placement(for: ThreadRequest()))
    #expect(pool.count == 3)
    #expect(pool.warnings == ["this placement is of another machine: the workers run unbound"])
  }

  @Test func emptyPlacementIsOneWorker() throws {
    let json = #"{"isBindable": true, "reasons": [], "slots": []}"#
    let placement = try JSONDecoder().decode(Placement.self, from: Data(json.utf8))
    #expect(WorkerPool(placement: placement).count == 1)
  }

  @Test func startsAndEndsManyTimes() {
    let total = Atomic<Int>(0)
    for round in 0..<200 {
      let pool = WorkerPool(placement: .unbound(threads: 3))
      if round % 3 != 0 { pool.runOnWorkers { _ in total.add(1, ordering: .relaxed) } }
      if round % 2 == 0 {
        pool.shutdown()
        pool.shutdown()
        pool.run(tasks: 2) { _, worker in #expect(worker == 0) }
      }
    }
    #expect(total.load(ordering: .relaxed) == 133 * 3)
    let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    #expect((threads ?? 0) < 100, "threads of ended pools are gone")
  }

  @Test func nestedRegionsStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(placement: .unbound(threads: 2))
      pool.runOnWorkers { _ in pool.runOnWorkers { _ in } }
    }
  }

  @Test func benchmarkHasARowPerSize() throws {
    let benchmark = try PoolBenchmark(placement: .unbound(threads: 2))
    #expect(benchmark.rows.map(\.threads) == [1, 2])
    #expect(benchmark.rows.allSatisfy { $0.fastest > 0 && $0.fastest <= $0.median })
    #expect(benchmark.description.split(separator: "\n").count == 3)
  }
}
