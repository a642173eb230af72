import Base
import KernelLibrary
import Measurement

/// Finds the fastest of many candidates without timing all of them well.
///
/// 1. Probe: every candidate runs a few times, the clearly slower drop out.
/// 2. Check: who is left must compute the right result.
/// 3. Race: rounds in which each finalist is sampled once, in random order. Candidates are compared
///    by the ratio of their samples within a round, which a slow spell of the machine hits alike.
///    A finalist leaves when it is slower with confidence; the race ends when only ties are left.
/// 4. Among ties less workspace wins, then the name: two races give the same winner.
public final class Race {
  private let course: any RaceCourse
  private let rules: RaceRules
  /// Seconds on the course's clock when the whole budget ends.
  private let deadline: Double
  private var standings: [Standing]
  private var probes: [Nanoseconds]
  private var isOpen: [Bool]
  private var retries: Retries
  private var isCutShort = false

  public init(on course: any RaceCourse, rules: RaceRules, deadline: Double = .infinity) {
    self.course = course
    self.rules = rules
    self.deadline = deadline
    retries = Retries(rules.retries)
    standings = (0..<course.count).map {
      Standing(candidate: course.candidate($0), place: .unprobed)
    }
    probes = [Nanoseconds](repeating: .infinity, count: course.count)
    isOpen = [Bool](repeating: false, count: course.count)
  }

  /// - Throws: `RaceError`, or what the course throws when it keeps a sample.
  public func run() throws -> RaceOutcome {
    defer { for entry in isOpen.indices { close(entry) } }
    try probe()
    let finalists = try chooseFinalists()
    let (winner, ending) = try decide(finalists)
    standings[winner].place = .winner
    return RaceOutcome(
      ending: ending, standings: sorted(), discarded: retries.discarded,
      disturbed: retries.disturbed,
      isCutShort: isCutShort)
  }

  // MARK: Probe

  /// All candidates run once or twice, so that none is missed; then who is near the best runs again.
  private func probe() throws {
    var best = Nanoseconds.infinity
    var fastest: [Int: Sample] = [:]
    for entry in standings.indices {
      // The first candidate always runs: something must.
      if best < .infinity, isOver(rules.lookSeconds, best) { break }
      guard try open(entry) else { continue }
      // Touches fresh memory, so it counts only where it shows hopeless slowness.
      var sample = try take { course.run(entry) }
      if sample.time <= rules.probeFactor * best { sample = try take { course.run(entry) } }
      fastest[entry] = sample
      try didProbe(entry, sample)
      best = min(best, sample.time)
      closeHopeless(rules.lookFactor * best)
    }
    let start = course.seconds
    for entry in byProbe() where probes[entry] <= rules.lookFactor * best {
      if isOver(start + rules.probeSeconds, best) { break }
      guard try open(entry) else { continue }
      for _ in 2..<max(rules.probeRuns, 2) {
        let sample = try take { course.run(entry) }
        if sample.time < fastest[entry]?.time ?? .infinity { fastest[entry] = sample }
      }
      if let sample = fastest[entry] { try didProbe(entry, sample) }
      best = min(best, probes[entry])
      closeHopeless((1 + rules.keepWithin) * best)
    }
  }

  /// Whether a stage that may last until so many seconds, or `probeRunsOfBest` runs, is over, or the
  /// budget's share for probing is spent.
  private func isOver(_ end: Double, _ best: Nanoseconds) -> Bool {
    let limit = max(end, (rules.probeRunsOfBest * best).seconds)
    guard course.seconds > min(limit, rules.probeShare * deadline) else { return false }
    if course.seconds <= limit { isCutShort = true }
    return true
  }

  private func didProbe(_ entry: Int, _ fastest: Sample) throws {
    standings[entry].place = .slower
    standings[entry].samples = [fastest.time]
    probes[entry] = fastest.time
    try course.didSample(entry, samples: [fastest])
  }

  private func closeHopeless(_ limit: Nanoseconds) {
    for entry in isOpen.indices where isOpen[entry] && probes[entry] > limit { close(entry) }
    var open = isOpen.indices.filter { isOpen[$0] }.sorted { probes[$0] > probes[$1] }
    while course.isCrowded, open.count > 1 { close(open.removeFirst()) }
  }

  // MARK: Check

  /// The fastest of the probe that pass their check, at most `rules.finalists`.
  private func chooseFinalists() throws -> [Int] {
    var finalists: [Int] = []
    var limit = Nanoseconds.infinity
    for entry in byProbe() {
      guard probes[entry] <= limit, finalists.count < rules.finalists else { break }
      if course.isInterrupted { throw RaceError.interrupted }
      if course.isCrowded, finalists.count > 0, !isOpen[entry] { continue }
      guard try open(entry) else { continue }
      let result = course.check(entry)
      standings[entry].error = result.error
      if let rejection = result.rejection {
        standings[entry].place = .rejected
        standings[entry].rejection = rejection
        close(entry)
        continue
      }
      finalists.append(entry)
      limit = min(limit, (1 + rules.keepWithin) * probes[entry])
    }
    for entry in isOpen.indices where isOpen[entry] && !finalists.contains(entry) { close(entry) }
    guard !finalists.isEmpty else {
      let reasons = standings.compactMap { standing in
        standing.rejection.map { "\(standing.candidate): \($0)" }
      }
      throw RaceError.noCandidate(reason: reasons.first ?? "no strategy applies")
    }
    return finalists
  }

  private func byProbe() -> [Int] {
    standings.indices.filter { probes[$0] < .infinity }.sorted {
      (probes[$0], $0) < (probes[$1], $1)
    }
  }

  // MARK: Race

  private func decide(_ finalists: [Int]) throws -> (winner: Int, ending: RaceEnding) {
    var tournament = Tournament(
      [
        finalists.map {
          RaceField.Entry(
            number: $0, name: standings[$0].candidate.description,
            workspaceBytes: standings[$0].workspaceBytes)
        }
      ], dealing: .independent, rules: rules)
    let best = finalists.map { probes[$0] }.min() ?? 0
    var samples: [Int: [Sample]] = [:]
    let result = try tournament.run(
      until: course.seconds + max(rules.raceSeconds, (rules.raceRunsOfBest * best).seconds),
      deadline: deadline, clock: { course.seconds },
      play: { heat in
        let sample = try take { course.sample(heat[0]) }
        samples[heat[0], default: []].append(sample)
        try course.didSample(heat[0], samples: samples[heat[0]] ?? [])
        return [sample.time]
      })[0]
    if tournament.isCutShort { isCutShort = true }
    for entry in finalists {
      standings[entry].samples = result.samples[entry] ?? standings[entry].samples
      standings[entry].place = result.active.contains(entry) ? .finalist : .slower
    }
    for entry in standings.indices where probes[entry] < .infinity {
      standings[entry].ratio = result.ratios[entry] ?? probes[entry] / probes[result.winner]
    }
    return (result.winner, result.ending)
  }

  // MARK: Parts

  /// A timing, taken again while the machine is slowed.
  private func take(_ timing: () -> Timing<Nanoseconds>) throws -> Sample {
    Sample(
      try retries.take {
        if course.isInterrupted { throw RaceError.interrupted }
        return timing()
      })
  }

  /// Prepares an entry; false where it cannot run.
  private func open(_ entry: Int) throws -> Bool {
    if isOpen[entry] { return true }
    do {
      standings[entry].workspaceBytes = try course.open(entry)
      isOpen[entry] = true
      return true
    } catch {
      standings[entry].place = .rejected
      standings[entry].rejection = "\(error)"
      return false
    }
  }

  private func close(_ entry: Int) {
    guard isOpen[entry] else { return }
    course.close(entry)
    isOpen[entry] = false
  }

  private func sorted() -> [Standing] {
    standings.enumerated().sorted { left, right in
      let winners = (left.element.place == .winner, right.element.place == .winner)
      if winners.0 != winners.1 { return winners.0 }
      let ratios = (left.element.ratio ?? .infinity, right.element.ratio ?? .infinity)
      return (ratios.0, left.offset) < (ratios.1, right.offset)
    }.map(\.element)
  }
}
