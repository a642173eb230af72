import Base
import KernelLibrary
import Measurement

/// A network whose layers can be timed with other candidates while it runs: a session, or a
/// simulation in tests.
package protocol NetworkCourse: AnyObject {
  /// Lets a layer run with another of its candidates from the next inference on.
  func select(_ candidate: Int, layer: Int)
  /// One inference, by layer.
  func infer() -> Timing<[Nanoseconds]>
  /// Seconds since the race began.
  var seconds: Double { get }
  var isInterrupted: Bool { get }
}

/// Times layers within the running network, and races the finalists of those whose time there is
/// not what it was in isolation.
///
/// Every inference times every layer once, so all races run at the same time: in each inference
/// each racing layer has another of its finalists, dealt out in random order, so that neighbours
/// and slow spells hit all of them alike. Layers of one shape have one decision, made on their mean.
package final class NetworkRace {
  /// Layers of one shape.
  package struct Entrant {
    package var layers: [Int]
    /// By candidate number of the course; 0 is the plan's choice.
    package var finalists: [Standing]
    /// Of the choice in isolation, milliseconds; nil where it was not timed.
    package var isolated: SampleSummary?

    package init(
      layers: [Int], finalists: [Standing], isolated: SampleSummary? = nil
    ) {
      self.layers = layers
      self.finalists = finalists
      self.isolated = isolated
    }
  }

  package struct Result {
    /// nil where the isolated choice stood unchallenged.
    package var ending: RaceEnding?
    /// The finalist that won.
    package var winner = 0
    /// By finalist: its time over the winner's, in common rounds; empty without a race.
    package var ratios: [Double?] = []
    /// By finalist the mean of the shape's layers; empty for who did not run.
    package var samples: [[Nanoseconds]] = []
    /// By layer of the entrant, with the winner.
    package var layerSamples: [[Nanoseconds]] = []
    package var isRaced: Bool { ending != nil }
  }

  package struct Outcome {
    /// One per entrant.
    package var results: [Result]
    package var inferences: Int
    package var discarded: Int
    /// Inferences that count although the machine was slowed.
    package var disturbed: Int
    /// The budget ended it before its own rules: not to be used again.
    package var isCutShort: Bool
  }

  private let course: any NetworkCourse
  private let entrants: [Entrant]
  private let rules: RaceRules
  private let deadline: Double
  private var results: [Result]
  private var inferences = 0
  private var retries: Retries
  private var isCutShort = false
  /// A whole inference, the fastest so far.
  private var fastest = Nanoseconds.infinity

  package init(
    on course: any NetworkCourse, entrants: [Entrant], rules: RaceRules,
    deadline: Double = .infinity
  ) {
    self.course = course
    self.entrants = entrants
    self.rules = rules
    self.deadline = deadline
    retries = Retries(rules.retries)
    results = entrants.map { entrant in
      Result(
        samples: [[Nanoseconds]](repeating: [], count: entrant.finalists.count),
        layerSamples: [[Nanoseconds]](repeating: [], count: entrant.layers.count))
    }
  }

  /// - Throws: `RaceError.interrupted`.
  package func run() throws -> Outcome {
    try observe()
    let racing = entrants.indices.filter {
      entrants[$0].finalists.count > 1 && isContradicted($0)
    }
    if !racing.isEmpty {
      try race(racing)
      // The final numbers are those of the network as the plan will run it.
      try observe()
    }
    return Outcome(
      results: results, inferences: inferences, discarded: retries.discarded,
      disturbed: retries.disturbed, isCutShort: isCutShort)
  }

  // MARK: As the plan has it

  /// Times all layers with their winners.
  private func observe() throws {
    for index in entrants.indices {
      select(results[index].winner, of: index)
      results[index].samples[results[index].winner] = []
      for layer in entrants[index].layers.indices { results[index].layerSamples[layer] = [] }
    }
    let start = course.seconds
    for block in 0..<rules.networkBlocks {
      if block >= rules.minimumRounds, course.seconds > start + rules.networkBlockSeconds { break }
      if block > 0, isOver { break }
      let times = try sample()
      for index in entrants.indices { keep(times, of: index) }
    }
  }

  private func keep(_ times: [Nanoseconds], of index: Int) {
    results[index].samples[results[index].winner].append(mean(times, index))
    for (position, layer) in entrants[index].layers.enumerated() {
      results[index].layerSamples[position].append(times[layer])
    }
  }

  /// Whether the time within the network is not the isolated one, beyond the noise of both.
  private func isContradicted(_ index: Int) -> Bool {
    guard let isolated = entrants[index].isolated,
      let here = SampleSummary(milliseconds: results[index].samples[0])
    else { return false }
    let isApart =
      here.interval.low > isolated.interval.high || here.interval.high < isolated.interval.low
    return isApart && abs(here.median / isolated.median - 1) > rules.networkNoise
  }

  // MARK: The races

  private func race(_ racing: [Int]) throws {
    var tournament = Tournament(
      racing.map { index in
        entrants[index].finalists.enumerated().map {
          RaceField.Entry(
            number: $0, name: $1.candidate.description, workspaceBytes: $1.workspaceBytes)
        }
      }, dealing: .independent, rules: rules)
    let limit = max(rules.networkSeconds, (rules.networkRuns * fastest).seconds)
    let found = try tournament.run(
      until: course.seconds + limit, deadline: deadline, clock: { course.seconds },
      play: { heat in
        for (index, finalist) in zip(racing, heat) { select(finalist, of: index) }
        let times = try sample()
        return racing.map { mean(times, $0) }
      })
    if tournament.isCutShort { isCutShort = true }
    for (index, result) in zip(racing, found) {
      results[index].ending = result.ending
      results[index].winner = result.winner
      results[index].ratios = entrants[index].finalists.indices.map { result.ratios[$0] }
      for (finalist, samples) in result.samples { results[index].samples[finalist] = samples }
    }
  }

  // MARK: Parts

  private var isOver: Bool {
    guard course.seconds > deadline else { return false }
    isCutShort = true
    return true
  }

  private func select(_ candidate: Int, of index: Int) {
    for layer in entrants[index].layers { course.select(candidate, layer: layer) }
  }

  private func mean(_ times: [Nanoseconds], _ index: Int) -> Nanoseconds {
    let layers = entrants[index].layers
    return layers.reduce(.zero) { $0 + times[$1] } / Double(max(layers.count, 1))
  }

  /// By layer the median of a block of inferences.
  private func sample() throws -> [Nanoseconds] {
    var runs: [[Nanoseconds]] = []
    var total: Nanoseconds = 0
    repeat {
      let times = try infer()
      let sum = times.reduce(.zero, +)
      fastest = min(fastest, sum)
      runs.append(times)
      total += sum
    } while runs.count < MeasurementRules.blockRuns
      && (total < MeasurementRules.blockTime
        || runs.count < rules.networkInferences && total < rules.networkBlockTime)
    if runs.count == 1 { return runs[0] }
    return runs[0].indices.map { layer in Statistics.median(runs.map { $0[layer] }) }
  }

  /// An inference, run again while the machine is slowed.
  private func infer() throws -> [Nanoseconds] {
    try retries.take {
      if course.isInterrupted { throw RaceError.interrupted }
      inferences += 1
      return course.infer()
    }.value
  }
}
