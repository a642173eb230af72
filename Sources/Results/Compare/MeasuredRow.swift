import Measurement

/// One measurement of a result file, of a network or of a problem in a network: what comparing
/// needs of it.
public struct MeasuredRow: Sendable {
  public var identity: RunIdentity
  /// Empty for a network, as is the epilogue.
  public var problem = ""
  public var epilogue = ""
  /// Of a layer; several where it occurs with several, `+` between them.
  public var strategy = ""
  public var configuration = ""
  /// Milliseconds; of one occurrence where a problem occurs several times in a network.
  public var ms: Double
  /// In order; may be empty.
  public var samples: [Double]
  public var gflops: Double?
  public var peakGflops: Double?
  /// How far the run's median wandered, as a fraction.
  public var noiseFloor: Double?
  public var validity: Validity

  /// A layer's time has this much, milliseconds, of the workers' meeting before and after it.
  private static let meetingMs = 0.0005

  /// Known A/A differences, as fractions.
  var noiseFloors: [Double] {
    let own = problem.isEmpty && noiseFloor != nil ? nil : NoiseFloor.drift(samples)
    return [noiseFloor, own, problem.isEmpty ? nil : Self.meetingMs / ms].compactMap { $0 }
  }

  package init(_ row: NetworkRow) {
    identity = row.identity
    ms = row.medianMs
    samples = row.samplesMs.values
    gflops = row.gflops
    peakGflops = row.peakGflops
    noiseFloor = row.noiseFloorPercent.map { $0 / 100 }
    validity = row.validity
  }

  init(_ row: LayerRow) {
    identity = row.identity
    problem = row.problem
    epilogue = row.epilogue
    strategy = row.strategy
    configuration = row.configuration
    ms = row.ms
    samples = row.samplesMs.values
    gflops = row.gflops
    peakGflops = row.peakGflops
    noiseFloor = row.noiseFloorPercent.map { $0 / 100 }
    validity = row.validity
  }
}

/// What is compared.
public enum ComparisonSubject: String, CaseIterable, Sendable {
  case network, layer

  /// What rows are matched by unless said otherwise.
  public var fields: [MatchField] { self == .network ? MatchField.networks : MatchField.layers }
  var fileName: String { self == .network ? ResultFiles.networks : ResultFiles.layers }
}
