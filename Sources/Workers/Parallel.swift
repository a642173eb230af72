// Preparatory work on several threads: packing, references, seeded data.
//
// Invariants: `Work` is on the stack of `perform`, which returns when every thread that was started
// is joined; the closure is borrowed as long. Which thread does which iteration is nobody's
// business, so the body must write what no other iteration reads or writes.

import Foundation
import Synchronization
import Topology

/// Loops outside the timed work, on threads of their own that last as long as the loop.
///
/// Not libdispatch: where no thread can be created (`ulimit -u`, `--pids-limit`) its loops wait for
/// ever. Here the calling thread does what nobody else does.
package enum Parallel {
  private struct Work: ~Copyable {
    let next = Atomic<Int>(0)
    let iterations: Int
    let cpus: CPUSet?
    let body: (Int) -> Void

    func takeAll() {
      while true {
        let iteration = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard iteration < iterations else { return }
        body(iteration)
      }
    }
  }

  /// Runs `body` once for each of `0..<iterations`, in no order, and returns when all are done.
  ///
  /// - Parameter cost: elementary operations of all iterations: what takes less time than a start
  ///   of threads stays on the calling one.
  package static func perform(
    iterations: Int, cost: Int = .max, _ body: (_ iteration: Int) -> Void
  ) {
    let cpus = Machine.startAffinity
    let threads = min(cpus?.count ?? 1, iterations)
    guard threads > 1, cost >= leastCost else {
      for iteration in 0..<max(iterations, 0) { body(iteration) }
      return
    }
    withoutActuallyEscaping(body) { body in
      ThreadBinding.prepare()
      var work = Work(iterations: iterations, cpus: cpus, body: body)
      withUnsafeMutablePointer(to: &work) { work in
        var helpers: [pthread_t] = []
        for _ in 1..<threads {
          var thread = pthread_t()
          guard pthread_create(&thread, nil, helperMain, work) == 0 else { break }
          helpers.append(thread)
        }
        work.pointee.takeAll()
        for helper in helpers { pthread_join(helper, nil) }
      }
    }
  }

  /// Some 50 µs of work.
  private static let leastCost = 1 << 16

  fileprivate static func help(_ work: UnsafeMutableRawPointer) {
    let work = work.assumingMemoryBound(to: Work.self)
    // The caller may be bound to one hardware thread, which its helpers would inherit. Where the
    // system refuses, they share it.
    if let cpus = work.pointee.cpus { _ = ThreadBinding.bind(to: cpus) }
    work.pointee.takeAll()
  }
}

/// A free function, since a closure literal from a `@main` type would inherit its main actor.
private nonisolated func helperMain(_ argument: UnsafeMutableRawPointer?)
  -> UnsafeMutableRawPointer?
{
  if let argument { Parallel.help(argument) }
  return nil
}
