import Convolution
import Foundation
import KernelLibrary
import Measurement
import Results

extension BenchRow {
  public init(
    _ entry: BenchEntry, problem: BatchFile.Problem, epilogue: Epilogue, cache: String,
    identity: RunIdentity
  ) {
    self.init()
    self.identity = identity
    self.identity.network = problem.name ?? ""
    self.identity.batch = problem.problem.batch
    self.identity.resolution = problem.problem.input.height
    self.identity.choices.fusion = "none"
    self.identity.choices.strategies = "\(entry.candidate.strategy):1"
    self.identity.choices.kernels = KernelSignature(of: [entry.candidate]).description
    self.problem = problem.problem.description
    self.epilogue = epilogue.description
    multiplicity = problem.multiplicity
    self.cache = cache
    strategy = entry.candidate.strategy
    configuration = entry.candidate.configuration.description
    rank = entry.rank
    samples = entry.time.count
    ms = entry.time.median
    msLow = entry.time.interval.low
    msHigh = entry.time.interval.high
    gflops = entry.speed.value
    executedGflops = entry.executedSpeed?.value
    peakGflops = entry.peak.value
    percentOfPeak = entry.shareOfPeak.map { $0 * 100 }
    percentOfRoofline = entry.shareOfRoofline.map { $0 * 100 }
    roof = entry.roof ?? ""
    workspaceBytes = entry.workspaceBytes
    preparationMs = entry.preparation.milliseconds
    error = entry.error
    validity = entry.validity.description
    precisionTargetPercent = entry.precision.map { 100 * $0.target }
    isPrecise = entry.precision?.isReached
  }
}
