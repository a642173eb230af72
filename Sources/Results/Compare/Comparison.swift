import Measurement

/// A file compared with the baseline, network by network or problem by problem.
public struct Comparison: Sendable {
  public let baselineName: String
  public let fileName: String
  public let rules: ComparisonRules
  /// In the baseline's order.
  public private(set) var rows: [ComparedRow] = []
  /// Keys of one side only.
  public private(set) var onlyBaseline: [[String]] = []
  public private(set) var onlyFile: [[String]] = []
  /// Matched rows of which is not known what they are to be normalised by.
  public private(set) var withoutCapacity: [[String]] = []

  /// - Throws: `ComparisonError` where nothing matches.
  public init(baseline: ResultFile, file: ResultFile, rules: ComparisonRules) throws {
    baselineName = baseline.name
    fileName = file.name
    self.rules = rules
    let blocks = FusedBlocks(baseline.runs + file.runs)
    let left = Groups(try baseline.rows(with: blocks), rules.fields)
    let right = Groups(try file.rows(with: blocks), rules.fields)
    onlyFile = right.keys.filter { left.rows[$0] == nil }
    for key in left.keys {
      guard let first = left.rows[key], let second = right.rows[key] else {
        onlyBaseline.append(key)
        continue
      }
      let common = Set(first.map(\.identity.network))
        .intersection(second.map(\.identity.network))
      let sides = [first, second].map { rows in
        ComparedSide(
          // A problem of several networks is compared in those that both sides ran.
          common.isEmpty ? rows : rows.filter { common.contains($0.identity.network) }, rules)
      }
      guard let base = sides[0], let other = sides[1],
        let row = ComparedRow(key: key, baseline: base, file: other, rules: rules)
      else {
        withoutCapacity.append(key)
        continue
      }
      rows.append(row)
    }
    try checkMatches(baseline)
    correct()
  }

  private func checkMatches(_ baseline: ResultFile) throws {
    guard rows.isEmpty else { return }
    if !withoutCapacity.isEmpty {
      throw ComparisonError(
        "\(fileName) and \(baselineName) match, but "
          + (rules.per.map {
            "of neither row the \($0.kind.title) is known, which takes \($0.kind.source)"
          }
            ?? "no ratio can be formed"))
    }
    let example = { (keys: [[String]]) in
      keys.first.map { MatchField.words(rules.fields, $0).prefix(80) } ?? "nothing"
    }
    throw ComparisonError(
      "no row of \(fileName) matches one of \(baselineName) by "
        + rules.fields.map(\.rawValue).joined(separator: ", ")
        + ": one begins with \(example(onlyFile)), the other with \(example(onlyBaseline))")
  }

  private mutating func correct() {
    let tested = rows.indices.filter { rows[$0].pValue != nil }
    let corrected = Statistics.holm(tested.compactMap { rows[$0].pValue })
    for (index, p) in zip(tested, corrected) { rows[index].correctedP = p }
  }

  /// Of all matched rows.
  public var geometricMean: MedianRatio? { MedianRatio.geometricMean(rows.map(\.speed)) }

  public func count(_ verdict: Verdict) -> Int { rows.count { $0.verdict == verdict } }

  /// Rows of the same subject that are no runs like the newest.
  var leftOut: LeftOut { rows.reduce(LeftOut()) { $0 + $1.baseline.leftOut + $1.file.leftOut } }
}

/// Rows by key, in the order of first appearance.
private struct Groups {
  private(set) var keys: [[String]] = []
  private(set) var rows: [[String]: [MeasuredRow]] = [:]

  init(_ all: [MeasuredRow], _ fields: [MatchField]) {
    for row in all {
      let key = fields.map { $0.value(row) }
      if rows[key] == nil { keys.append(key) }
      rows[key, default: []].append(row)
    }
  }
}

extension Comparison {
  /// Whether any row has samples enough to be tested.
  public var isTested: Bool { rows.contains { $0.correctedP != nil } }

  /// Whether every row of either side was compared.
  public var isComplete: Bool {
    onlyBaseline.isEmpty && onlyFile.isEmpty && withoutCapacity.isEmpty
  }
}

/// What a comparison ends with, the worst last: for CI.
public enum ComparisonOutcome: Int32, Sendable, CaseIterable {
  case equal = 0
  case faster = 3
  case undecided = 5
  /// Rows that one side lacks, where all are required.
  case incomplete = 6
  /// Also where something else is faster.
  case slower = 4
}

extension [Comparison] {
  /// - Parameters:
  ///   - requiresAll: whether a row that one side lacks is a failure.
  ///   - allowsUndecided: whether an undecided row counts as an equal one.
  public func outcome(
    requiresAll: Bool = false, allowsUndecided: Bool = false
  ) -> ComparisonOutcome {
    func has(_ verdict: Verdict) -> Bool { contains { $0.count(verdict) > 0 } }
    if has(.slower) { return .slower }
    if requiresAll, contains(where: { !$0.isComplete }) { return .incomplete }
    if !allowsUndecided, has(.undecided) { return .undecided }
    return has(.faster) ? .faster : .equal
  }
}
