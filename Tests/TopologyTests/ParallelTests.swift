import Synchronization
import Testing
import Workers

@Suite struct ParallelTests {
  @Test(arguments: [0, 1, 2, 7, 1000], [0, Int.max])
  func everyIterationOnce(iterations: Int, cost: Int) {
    let counts = Mutex([Int](repeating: 0, count: iterations))
    Parallel.perform(iterations: iterations, cost: cost) { iteration in
      counts.withLock { $0[iteration] += 1 }
    }
    #expect(counts.withLock { $0.allSatisfy { $0 == 1 } })
  }

  @Test func oneInsideAnother() {
    let sum = Atomic<Int>(0)
    Parallel.perform(iterations: 4) { outer in
      Parallel.perform(iterations: 8) { inner in
        sum.wrappingAdd(8 * outer + inner, ordering: .relaxed)
      }
    }
    #expect(sum.load(ordering: .relaxed) == 31 * 16)
  }
}
