import Base
import Foundation
import KernelLibrary
import Measurement
import Topology
import Workers

/// A process of its own that takes a core away now and then: the controls' other load.
enum LoadGenerator {
  /// Milliseconds of work and of rest, each time anew at random, in the same order in every process.
  private static let seed: UInt64 = 1
  private static let work = 5.0...60
  private static let rest = 50.0...500

  /// Starts this program as the load of a measurement with such threads.
  ///
  /// - Returns: the process; its end is the caller's business, and it ends with its parent.
  static func start(threads: ThreadOptions) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "controls", "--load", "--threads", threads.threads, "--bind", threads.bind,
    ]
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch {
      throw MeasurementError("the loading process does not start: \(error.localizedDescription)")
    }
    return process
  }

  /// What that process does: on the core of one of the workers, until its parent is gone.
  static func run(on placement: Placement, kernels: Kernels) {
    let parent = getppid()
    let pool = WorkerPool(placement: placement.prefix(1))
    defer { pool.shutdown() }
    var random = SeededGenerator(seed: seed)
    while getppid() == parent {
      let milliseconds = Double.random(in: work, using: &random)
      pool.runOnWorkers { _ in
        let watch = Stopwatch()
        while watch.elapsed.milliseconds < milliseconds {
          _ = kernels.set.fmaBurst(iterations: 1000)
        }
      }
      usleep(UInt32(Double.random(in: rest, using: &random) * 1000))
    }
  }
}
