import Base
import Measurement

/// Who is still in a race, by the samples of common rounds: the decision rule, without a clock or a
/// machine. The race of one layer, the race within the network and the controls share it.
package struct RaceField {
  private let rules: RaceRules
  private let names: [Int: String]
  private let workspaces: [Int: Int]
  private let count: Int
  /// The entries that have not left, in the order given.
  package private(set) var active: [Int]
  /// By entry, in the order of the rounds: samples of one index belong together.
  package private(set) var samples: [Int: [Nanoseconds]] = [:]

  package struct Entry {
    package var number: Int
    package var name: String
    package var workspaceBytes: Int

    package init(
      number: Int, name: String, workspaceBytes: Int
    ) {
      self.number = number
      self.name = name
      self.workspaceBytes = workspaceBytes
    }
  }

  package init(_ entries: [Entry], rules: RaceRules) {
    self.rules = rules
    active = entries.map(\.number)
    count = entries.count
    names = Dictionary(entries.map { ($0.number, $0.name) }) { $1 }
    workspaces = Dictionary(entries.map { ($0.number, $0.workspaceBytes) }) { $1 }
  }

  package mutating func add(_ sample: Nanoseconds, of entry: Int) {
    samples[entry, default: []].append(sample)
  }

  /// After so many rounds: drops who is slower than the leader with confidence. The ending where
  /// only one or only ties are left; nil to go on.
  package mutating func look(after rounds: Int) -> RaceEnding? {
    guard rules.looks.contains(rounds) else { return nil }
    if count == 1 { return .single }
    let leader = leader
    active = active.filter { $0 == leader || !isSlower($0, than: leader) }
    if active.count == 1 { return .separated }
    return active.allSatisfy { $0 == leader || isTied($0, with: leader) } ? .tied : nil
  }

  /// Among those whose median ratio to the leader is within the tie range: less workspace, then
  /// the name.
  package var choice: Int {
    let leader = leader
    let equal = active.filter {
      $0 == leader || Statistics.median(ratios($0, to: leader)) <= 1 + rules.tie
    }
    return equal.min {
      (workspaces[$0] ?? 0, names[$0] ?? "") < (workspaces[$1] ?? 0, names[$1] ?? "")
    } ?? leader
  }

  /// An entry's time over another's: the median over the rounds that both ran; nil without any.
  package func ratio(_ entry: Int, to other: Int) -> Double? {
    let ratios = ratios(entry, to: other)
    return ratios.isEmpty ? nil : Statistics.median(ratios)
  }

  private var leader: Int {
    active.min {
      (Statistics.median(samples[$0] ?? []), names[$0] ?? "")
        < (Statistics.median(samples[$1] ?? []), names[$1] ?? "")
    } ?? 0
  }

  private func ratios(_ entry: Int, to other: Int) -> [Double] {
    zip(samples[entry] ?? [], samples[other] ?? []).map { $0 / $1 }
  }

  private func isSlower(_ entry: Int, than leader: Int) -> Bool {
    let ratios = ratios(entry, to: leader)
    let low = interval(ratios).low
    // Within the tie range even a certain difference does not matter. Few samples are compared by
    // their range, which must lie beyond the tie range as a whole.
    return low > 1 + rules.tie
      || low > 1 && ratios.count >= 8 && Statistics.median(ratios) > 1 + rules.tie
  }

  private func isTied(_ entry: Int, with leader: Int) -> Bool {
    let interval = interval(ratios(entry, to: leader))
    return interval.low >= 1 - rules.tie && interval.high <= 1 + rules.tie
  }

  private func interval(_ ratios: [Double]) -> Interval {
    Statistics.medianInterval(ratios, confidence: rules.confidence)
  }
}
