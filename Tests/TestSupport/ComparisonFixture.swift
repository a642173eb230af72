import Base
import Foundation
import KernelLibrary
import Measurement
import Results

/// Rows as `convbench run` writes them, of any speed and noise.
package enum ComparisonFixture {
  package struct Options {
    package var network: String
    package var ms: Double
    package var noise: Double
    package var count: Int
    package var seed: UInt64
    package var time: String
    package var peak: Double?
    package var change: (inout RunIdentity) -> Void

    package init(
      network: String = "resnet50", ms: Double = 10, noise: Double = 0.005, count: Int = 100,
      seed: UInt64 = 1, time: String = "2026-01-01T00:00:00Z", peak: Double? = 400,
      change: @escaping (inout RunIdentity) -> Void = { _ in }
    ) {
      self.network = network
      self.ms = ms
      self.noise = noise
      self.count = count
      self.seed = seed
      self.time = time
      self.peak = peak
      self.change = change
    }
  }

  package static func samples(_ ms: Double, _ noise: Double, _ count: Int, seed: UInt64) -> [Double]
  {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      ms * (1 + noise * Double.random(in: -1...1, using: &random))
    }
  }

  package static func network(_ options: Options) -> NetworkRow {
    var row = NetworkRow()
    var identity = RunIdentity()
    identity.run = "\(options.network)-\(options.time)-\(options.seed)"
    identity.time = options.time
    identity.toolVersion = "0.1.0"
    identity.machineID = "m1"
    identity.machine = "box"
    identity.cpu = "CPU"
    identity.isa = "avx512"
    identity.threads = 2
    identity.binding = "core"
    identity.network = options.network
    identity.batch = 1
    identity.resolution = 224
    identity.choice = "plan"
    identity.choices.plan = "0123456789ab"
    options.change(&identity)
    row.identity = identity
    let samples = samples(options.ms, options.noise, options.count, seed: options.seed)
    row.samples = samples.count
    row.medianMs = samples.isEmpty ? options.ms : Statistics.median(samples)
    row.gflops = 8 / row.medianMs
    row.peakGflops = options.peak
    row.samplesMs = SampleList(samples)
    return row
  }

  package static func row(_ options: Options) -> MeasuredRow { MeasuredRow(network(options)) }

  package static func file(_ name: String, _ options: [Options]) -> ResultFile {
    ResultFile(name: name, rows: options.map(row))
  }

  package static let rules = ComparisonRules(fields: MatchField.networks)
}
