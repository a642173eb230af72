import Execution
import KernelLibrary
import Measurement
import Races

/// Layers that a plan computes together, because that was faster within the network.
public struct PlanFusion: Hashable, Sendable, Codable {
  /// Indices into the plan's layers, both included.
  public var firstLayer: Int
  public var lastLayer: Int
  /// Output rows of the last layer that are computed together.
  public var band: Int
  /// Within the network, milliseconds.
  public var medianMs: Double
  /// Of the median, 95 %, milliseconds.
  public var intervalMs: Interval
  public var samples: Int
  /// Of the layers one after the other, in the same race.
  public var separateMs: Double
  /// How much slower they are by the samples of common rounds: 0.1 is 10 %.
  public var margin: Double
  public var ending: RaceEnding
  public var workspaceBytes: Int
  /// `measured`, `stored` or `recorded`.
  public var provenance: Provenance

  package init(
    firstLayer: Int, lastLayer: Int, band: Int, medianMs: Double, intervalMs: Interval,
    samples: Int, separateMs: Double, margin: Double, ending: RaceEnding, workspaceBytes: Int,
    provenance: Provenance
  ) {
    self.firstLayer = firstLayer
    self.lastLayer = lastLayer
    self.band = band
    self.medianMs = medianMs
    self.intervalMs = intervalMs
    self.samples = samples
    self.separateMs = separateMs
    self.margin = margin
    self.ending = ending
    self.workspaceBytes = workspaceBytes
    self.provenance = provenance
  }

  /// What the layers take one after the other, milliseconds, and how much slower that is; nil where
  /// the block was taken from rows, which have no race.
  public var apart: (ms: Double, margin: Double)? {
    provenance == .recorded ? nil : (separateMs, margin)
  }

  /// As a run had it: what the layers take apart is unknown, and 0 here.
  package init(
    recorded fusion: Fusion, medianMs: Double, intervalMs: Interval, samples: Int
  ) {
    self.init(
      firstLayer: fusion.layers.lowerBound, lastLayer: fusion.layers.upperBound,
      band: fusion.band, medianMs: medianMs, intervalMs: intervalMs, samples: samples,
      separateMs: 0, margin: 0, ending: .single, workspaceBytes: 0, provenance: .recorded)
  }

  enum CodingKeys: String, CodingKey {
    case firstLayer, lastLayer, band, medianMs, intervalMs, samples, separateMs, margin, ending
    case workspaceBytes, provenance
  }

  public var fusion: Fusion { Fusion(layers: firstLayer...lastLayer, band: band) }
}

extension PlanFusion {
  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: CodingKeys.self)
    firstLayer = try c.count(.firstLayer)
    lastLayer = try c.count(.lastLayer)
    band = try c.count(.band)
    medianMs = try c.decode(Double.self, forKey: .medianMs)
    intervalMs = try c.decode(Interval.self, forKey: .intervalMs)
    samples = try c.count(.samples)
    separateMs = try c.decode(Double.self, forKey: .separateMs)
    margin = try c.decode(Double.self, forKey: .margin)
    ending = try c.decode(RaceEnding.self, forKey: .ending)
    workspaceBytes = try c.count(.workspaceBytes)
    provenance = try c.decode(Provenance.self, forKey: .provenance)
  }
}

extension Plan {
  /// Checks what types cannot: every fusion lies within the layers and behind the one before it, so
  /// that the ranges can be built.
  func validateFusions() throws(PlanError.Place) {
    var next = 0
    for (index, fusion) in fusions.enumerated() {
      func require(_ condition: Bool, _ key: String, _ problem: String) throws(PlanError.Place) {
        if !condition { throw PlanError.Place(path: "fusions[\(index)].\(key)", problem: problem) }
      }
      try require(
        fusion.firstLayer >= next, "firstLayer",
        "\(fusion.firstLayer) is not behind the fusion before it")
      try require(
        fusion.lastLayer > fusion.firstLayer && fusion.lastLayer < layers.count, "lastLayer",
        "\(fusion.lastLayer) is not a layer behind \(fusion.firstLayer)")
      try require(
        (1...layers[fusion.lastLayer].problem.output.height).contains(fusion.band), "band",
        "\(fusion.band) is not from 1 to the \(layers[fusion.lastLayer].problem.output.height) "
          + "output rows")
      for (key, time) in [
        ("medianMs", fusion.medianMs), ("intervalMs.low", fusion.intervalMs.low),
        ("intervalMs.high", fusion.intervalMs.high), ("separateMs", fusion.separateMs),
      ] {
        try require(time >= 0 && time <= 1e9, key, "must be a time from 0 to 1e9 milliseconds")
      }
      try require(fusion.margin.isFinite, "margin", "is not a finite number")
      try require(fusion.samples >= 0, "samples", "must not be negative")
      try require(
        (0...1 << 42).contains(fusion.workspaceBytes), "workspaceBytes",
        "\(fusion.workspaceBytes) is not a size in bytes")
      next = fusion.lastLayer + 1
    }
  }
}
