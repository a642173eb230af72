// Invariant: the tail runs on the thread that calls `run`, inside the time that is measured.

import Base
import Convolution
import KernelLibrary
import Measurement
import Races
import Workers

/// A candidate with extra work behind every run: multiply-adds on one thread, which slow down as
/// the candidate does when the machine is slowed.
final class SlowedConvolution: PreparedConvolution {
  private let inner: any PreparedConvolution
  private let kernels: Kernels
  private let iterations: Int

  init(_ inner: any PreparedConvolution, kernels: Kernels, iterations: Int) {
    self.inner = inner
    self.kernels = kernels
    self.iterations = iterations
  }

  var workspaceCount: Int { inner.workspaceCount }
  var packedCount: Int { inner.packedCount }
  var weightError: Double { inner.weightError }

  func run(
    input: TensorView, output: TensorView, residual: TensorView?,
    workspace: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    inner.run(
      input: input, output: output, residual: residual, workspace: workspace, pool: pool)
    if iterations > 0 { _ = kernels.set.fmaBurst(iterations: iterations) }
  }
}

/// A race of prepared convolutions that are known to be right, under made-up names.
final class ControlCourse: RaceCourse {
  private let bench: LayerBench
  private let entries: [any PreparedConvolution]
  private let sampler: Sampler
  private let stop: () -> Bool
  private let watch = Stopwatch()

  init(
    bench: LayerBench, entries: [any PreparedConvolution], sampler: Sampler,
    stop: @escaping () -> Bool
  ) {
    self.bench = bench
    self.entries = entries
    self.sampler = sampler
    self.stop = stop
  }

  var count: Int { entries.count }
  var seconds: Double { watch.seconds }
  var isInterrupted: Bool { stop() }
  var isCrowded: Bool { false }

  func candidate(_ entry: Int) -> Candidate {
    Candidate(strategy: "control", configuration: Configuration(["entry": entry]))
  }

  func open(_ entry: Int) -> Int { 0 }
  func close(_ entry: Int) {}
  func check(_ entry: Int) -> CheckResult { CheckResult(error: 0) }
  func didSample(_ entry: Int, samples: [Sample]) {}

  func run(_ entry: Int) -> Timing<Nanoseconds> { sampler.time { bench.timeOnce(entries[entry]) } }
  func sample(_ entry: Int) -> Timing<Nanoseconds> { sampler.time { bench.sample(entries[entry]) } }
}
