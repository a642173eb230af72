import Foundation
import KernelLibrary
import Measurement

@testable import Base
@testable import Reports

/// Rows as `convbench run` writes them, of any speed and noise.
enum ComparisonFixture {
  struct Options {
    var network = "resnet50"
    var ms = 10.0
    var noise = 0.005
    var count = 100
    var seed: UInt64 = 1
    var time = "2026-01-01T00:00:00Z"
    var peak: Double? = 400
    var change: (inout RunIdentity) -> Void = { _ in }
  }

  static func samples(_ ms: Double, _ noise: Double, _ count: Int, seed: UInt64) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      ms * (1 + noise * Double.random(in: -1...1, using: &random))
    }
  }

  static func network(_ options: Options) -> NetworkRow {
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

  static func row(_ options: Options) -> MeasuredRow { MeasuredRow(network(options)) }

  static func file(_ name: String, _ options: [Options]) -> ResultFile {
    ResultFile(name: name, rows: options.map(row))
  }

  static let rules = ComparisonRules(fields: MatchField.networks)
}
