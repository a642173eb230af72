import KernelLibrary
import Measurement
import Testing

@testable import Base
@testable import Races

/// A network of layers whose candidates have known times, on a clock that only inferences advance.
private final class SimulatedNetwork: NetworkCourse {
  /// By layer and candidate.
  let times: [[Nanoseconds]]
  let noise: Double
  let slowShare: Double
  private var selected: [Int]
  private var random: SeededGenerator
  private(set) var elapsed: Nanoseconds = 0
  private(set) var inferences = 0
  /// How often each layer ran each candidate.
  private(set) var runs: [[Int]]
  var interruptAfter = Int.max

  init(_ times: [[Nanoseconds]], noise: Double = 0.005, slowShare: Double = 0, seed: UInt64 = 1) {
    self.times = times
    self.noise = noise
    self.slowShare = slowShare
    selected = [Int](repeating: 0, count: times.count)
    runs = times.map { [Int](repeating: 0, count: $0.count) }
    random = SeededGenerator(seed: seed)
  }

  var seconds: Double { elapsed.seconds }
  var isInterrupted: Bool { inferences >= interruptAfter }

  func select(_ candidate: Int, layer: Int) { selected[layer] = candidate }

  func infer() -> Timing<[Nanoseconds]> {
    let isSlow = Double.random(in: 0..<1, using: &random) < slowShare
    let result = times.indices.map { layer in
      runs[layer][selected[layer]] += 1
      let normal = (0..<12).reduce(-6.0) { sum, _ in
        sum + Double.random(in: 0..<1, using: &random)
      }
      return (max(0.5, 1 + noise * normal) * (isSlow ? 2 : 1)) * times[layer][selected[layer]]
    }
    elapsed += result.reduce(.zero, +)
    inferences += 1
    return Timing(result, isDisturbed: isSlow)
  }
}

struct NetworkRaceTests {
  private func entrant(
    layers: [Int], isolated: [Nanoseconds], workspaces: [Int] = []
  ) -> NetworkRace.Entrant {
    let standings = isolated.enumerated().map { index, time in
      Standing(
        candidate: Candidate(strategy: "c\(index)", configuration: Configuration()),
        place: index == 0 ? .winner : .finalist,
        samples: (0..<12).map { (1 + 0.001 * Double($0 % 3 - 1)) * time },
        ratio: time / isolated[0],
        workspaceBytes: index < workspaces.count ? workspaces[index] : 0, error: 0)
    }
    return NetworkRace.Entrant(
      layers: layers, finalists: standings,
      isolated: SampleSummary(milliseconds: standings[0].samples))
  }

  private func run(
    _ course: SimulatedNetwork, _ entrants: [NetworkRace.Entrant], deadline: Double = .infinity
  ) throws -> NetworkRace.Outcome {
    try NetworkRace(on: course, entrants: entrants, rules: RaceRules(), deadline: deadline).run()
  }

  @Test func racesOnlyWhereTheNetworkContradicts() throws {
    // Layer 0 is as in isolation; layers 1 and 3, of one shape, are slower here than their rival.
    let course = SimulatedNetwork([[1e5, 1.05e5], [1.3e5, 1.1e5], [2e5], [1.2e5, 1.1e5]])
    let outcome = try run(
      course,
      [
        entrant(layers: [0], isolated: [1e5, 1.05e5]),
        entrant(layers: [1, 3], isolated: [1e5, 1.02e5]),
        entrant(layers: [2], isolated: [1e5]),
      ])
    #expect(outcome.results.map(\.isRaced) == [false, true, false])
    #expect(outcome.results.map(\.winner) == [0, 1, 0])
    #expect(course.runs[0][1] == 0)
    // The loser's time over the winner's, of the shape's mean: 1.25 over 1.1.
    let ratio = try #require(outcome.results[1].ratios[0])
    #expect(abs(ratio - 1.25 / 1.1) < 0.01)
    // By layer, with the winner.
    let layers = outcome.results[1].layerSamples.map { Statistics.median($0) }
    #expect(zip(layers, [1.1e5, 1.1e5]).allSatisfy { abs($0 / $1 - 1) < 0.01 })
    #expect(abs(Statistics.median(outcome.results[2].layerSamples[0]) / 2e5 - 1) < 0.01)
    #expect(!outcome.isCutShort && outcome.disturbed == 0)
    #expect(outcome.inferences == course.inferences)
  }

  @Test func tiesGoToLessWorkspaceThenTheName() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let course = SimulatedNetwork(
        [[2e5, 2e5, 2e5], [2e5, 2e5]], noise: 0.002, seed: seed)
      let outcome = try run(
        course,
        [
          entrant(layers: [0], isolated: [1e5, 1e5, 1e5], workspaces: [64, 0, 32]),
          entrant(layers: [1], isolated: [1e5, 1e5]),
        ])
      #expect(outcome.results.map(\.winner) == [1, 0])
      #expect(outcome.results.allSatisfy { $0.ending == .tied })
    }
  }

  /// The isolated winner keeps its place unless another is really faster.
  @Test func equalFinalistsAreRarelySeparated() throws {
    var separated = 0
    for seed in 1...200 as ClosedRange<UInt64> {
      let course = SimulatedNetwork([[2e5, 2e5]], noise: 0.02, seed: seed)
      let outcome = try run(course, [entrant(layers: [0], isolated: [1e5, 1e5])])
      if outcome.results[0].ending == .separated { separated += 1 }
    }
    #expect(separated <= 10)
  }

  @Test func slowInferencesAreTakenAgain() throws {
    let course = SimulatedNetwork([[2e5, 1.8e5]], slowShare: 0.3)
    let outcome = try run(course, [entrant(layers: [0], isolated: [1e5, 1e5])])
    #expect(outcome.discarded > 0)
    #expect(outcome.results[0].winner == 1)
  }

  @Test func theDeadlineHolds() throws {
    let course = SimulatedNetwork([[1e9, 0.9e9]])
    let outcome = try run(
      course, [entrant(layers: [0], isolated: [1e8, 1e8])], deadline: 2)
    #expect(outcome.isCutShort)
    #expect(course.seconds < 8)
    #expect(!outcome.results[0].layerSamples[0].isEmpty)
  }

  @Test func anInterruptEndsIt() {
    let course = SimulatedNetwork([[2e5, 1e5]])
    course.interruptAfter = 20
    #expect(throws: RaceError.self) {
      try run(course, [entrant(layers: [0], isolated: [1e5, 1e5])])
    }
    #expect(course.inferences == 20)
  }

  @Test func nearHasEveryStrategyFirst() {
    func standing(_ strategy: String, _ tile: Int, _ ratio: Double, checked: Bool = true)
      -> Standing
    {
      Standing(
        candidate: Candidate(
          strategy: strategy, configuration: Configuration(["tile": tile])),
        place: ratio == 1 ? .winner : .finalist, samples: [Nanoseconds(ratio)], ratio: ratio,
        error: checked ? 0 : nil)
    }
    var outcome = RaceOutcome(
      ending: .tied,
      standings: [
        standing("a", 1, 1), standing("a", 2, 1.01), standing("a", 3, 1.02),
        standing("b", 1, 1.06), standing("c", 1, 1.02, checked: false), standing("d", 1, 1.5),
      ])
    #expect(
      outcome.near(RaceRules()).map(\.candidate.description) == [
        "a(tile=1)", "b(tile=1)", "a(tile=2)",
      ])
    outcome.standings.removeFirst()
    #expect(outcome.near(RaceRules()).isEmpty)
  }
}
