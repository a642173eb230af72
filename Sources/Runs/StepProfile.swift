import Base

/// Steps' times that add up.
///
/// Medians of single steps do not: an interruption hits another step in every inference, so the
/// medians leave out what every inference suffers somewhere. Instead whole inferences are left
/// out, the fastest and the slowest quarter, and every step's time is its mean over the others.
package struct StepProfile {
  /// One profiled inference.
  package struct Inference {
    package var steps: [Nanoseconds]
    package var total: Nanoseconds

    package init(steps: [Nanoseconds], total: Nanoseconds) {
      self.steps = steps
      self.total = total
    }
  }

  /// Mean by step.
  package let steps: [Nanoseconds]
  /// Mean of what no step accounts for.
  package let between: Nanoseconds
  /// Inferences in the means.
  package let count: Int
  /// Some of them, evenly over the run, in the order they were taken.
  package let samples: [Inference]
  private static let sampleLimit = 30

  /// What no step accounts for in each of the samples.
  package var betweenSamples: [Nanoseconds] {
    samples.map { max(0, $0.total - $0.steps.reduce(.zero, +)) }
  }

  /// nil for no inference, or where they differ in their number of steps.
  package init?(_ inferences: [Inference]) {
    let quarter = inferences.count / 4
    let middle = inferences.indices.sorted { inferences[$0].total < inferences[$1].total }
      .dropFirst(quarter).dropLast(quarter).sorted().map { inferences[$0] }
    guard let steps = middle.first?.steps.count, middle.allSatisfy({ $0.steps.count == steps })
    else { return nil }
    var sums = [Nanoseconds](repeating: 0, count: steps)
    var between: Nanoseconds = 0
    for inference in middle {
      for (index, time) in inference.steps.enumerated() { sums[index] += time }
      between += inference.total - inference.steps.reduce(.zero, +)
    }
    self.steps = sums.map { $0 / Double(middle.count) }
    self.between = max(0, between / Double(middle.count))
    count = middle.count
    samples = RunReport.thinned(middle, to: Self.sampleLimit)
  }
}
