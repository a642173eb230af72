import Base
import Measurement

/// The lines above and below a comparison's table.
struct ComparisonNotes {
  private let comparison: Comparison
  private let names: (baseline: String, file: String)

  /// Names of one side only that are listed one by one.
  private static let listed = 20

  init(_ comparison: Comparison, names: (baseline: String, file: String)) {
    self.comparison = comparison
    self.names = names
  }

  private var sides: [(name: String, file: String, sides: [ComparedSide])] {
    [
      (names.baseline, comparison.baselineName, comparison.rows.map(\.baseline)),
      (names.file, comparison.fileName, comparison.rows.map(\.file)),
    ]
  }

  var above: [String] {
    var lines = sides.flatMap { ["\($0.name)  \($0.file)", "   \(Self.conditions($0.sides))"] }
    lines += constants.map { [$0] } ?? []
    let machines = sides.map { Set($0.sides.map(\.identity.machineID)) }
    if machines[0] != machines[1] {
      let way =
        switch comparison.rules.per?.kind {
        case .peak?: "shares of their peaks are compared"
        case let kind?: "speeds by their \(kind.title) are compared"
        case nil: "--normalise peak compares efficiency instead of speed"
        }
      lines.append("Different machines: \(way).")
    }
    return lines
  }

  /// Fields of the key that are equal in all rows.
  private var constants: String? {
    let fields = comparison.rules.fields
    guard let first = comparison.rows.first, comparison.rows.count > 1 else { return nil }
    let texts = fields.indices.compactMap { index -> String? in
      let isNamed = fields[index] == .network || fields[index] == .problem
      guard !isNamed, !first.key[index].isEmpty,
        comparison.rows.allSatisfy({ $0.key[index] == first.key[index] })
      else { return nil }
      return "\(fields[index].title) \(first.key[index])"
    }
    return texts.isEmpty ? nil : "All rows: " + texts.joined(separator: ", ")
  }

  /// Tool, machine and settings; where rows differ, all values.
  static func conditions(_ sides: [ComparedSide]) -> String {
    func values(_ text: (RunIdentity) -> String) -> String {
      var seen: [String] = []
      for side in sides {
        let value = text(side.identity)
        if !value.isEmpty, !seen.contains(value) { seen.append(value) }
      }
      return seen.count > 3
        ? seen.prefix(3).joined(separator: "|") + "|…" : seen.joined(separator: "|")
    }
    let runs = sides.map(\.runs).max() ?? 1
    return [
      values { "\($0.tool) \($0.toolVersion)" }, values(Self.machine),
      values(\.isa), values { $0.threads == 1 ? "1 thread" : "\($0.threads) threads" },
      values(\.choice), values { $0.choices.plan.isEmpty ? "" : "plan \($0.choices.plan)" },
      values { $0.labels.pairs.joined(separator: " ") },
      runs > 1 ? "up to \(runs) runs pooled" : "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// With its id, where the name does not tell it from others.
  private static func machine(_ identity: RunIdentity) -> String {
    let id = identity.machineID.prefix(6)
    let isUnique = id.isEmpty || identity.machine.contains(id)
    return "\(identity.machine) (\(identity.cpu)\(isUnique ? "" : ", \(id)"))"
  }

  var below: [String] {
    var lines = [counts] + geometricMean + remedies
    for (name, keys) in [
      ("Only in \(names.baseline)", comparison.onlyBaseline),
      ("Only in \(names.file)", comparison.onlyFile),
      (
        "Without a known \(comparison.rules.per?.kind.title ?? "time")", comparison.withoutCapacity
      ),
    ] where !keys.isEmpty {
      let texts = keys.prefix(Self.listed).map { MatchField.words(comparison.rules.fields, $0) }
      let rest = keys.count - texts.count
      lines.append(
        "\(name): " + texts.joined(separator: "; ") + (rest > 0 ? "; \(rest) more" : ""))
    }
    lines += leftOut
    return lines
  }

  private var leftOut: [String] {
    let leftOut = comparison.leftOut
    guard leftOut.rows > 0 else { return [] }
    let rows = leftOut.rows == 1 ? "1 row" : "\(leftOut.rows) rows"
    guard let first = leftOut.names.first else { return ["\(rows) of older runs left out."] }
    let names = leftOut.names.joined(separator: ", ")
    return [
      "\(rows) not pooled with the newest: other \(names).",
      "  FILE@\(first)=… selects others, --pool \(first) pools them.",
    ]
  }

  /// What would decide the undecided rows: a line a remedy.
  private var remedies: [String] {
    let undecided = comparison.rows.compactMap { row in row.remedy.map { (row, $0) } }
    var lines: [String] = []
    func count(_ rows: Int) -> String { "Undecided, \(rows) \(rows == 1 ? "row" : "rows")" }
    let few = undecided.count { $0.1 == .anySamples }
    if few > 0 {
      lines.append(
        "\(count(few)): at least \(ComparisonRules.leastSamples) samples on both sides would decide."
      )
    }
    let factors = undecided.compactMap { row, remedy -> (factor: Double, runs: Double)? in
      guard case .samples(let factor) = remedy else { return nil }
      return (factor, Double(max(row.baseline.runs, row.file.runs)))
    }
    if let most = factors.max(by: { $0.factor < $1.factor }) {
      let runs = factors.map { ($0.factor - 1) * $0.runs }.max() ?? 0
      lines.append(
        "\(count(factors.count)): \(NumberText.significant(most.factor, digits: 2)) times the "
          + "samples would decide, \(NumberText.significant(max(runs, 1).rounded(.up), digits: 2)) "
          + "more runs a side.")
    }
    let floors = undecided.compactMap { row, remedy -> (row: ComparedRow, below: Double)? in
      guard case .noise(let below) = remedy else { return nil }
      return (row, below)
    }
    if let worst = floors.map(\.row.noiseFloor).max(), let least = floors.map(\.below).min() {
      lines.append(
        "\(count(floors.count)): no number of samples decides beside a noise floor of "
          + "\(NumberText.percent(worst));")
      lines.append(
        "  a quieter machine would (\(NumberText.percent(least)) for all), or a wider --tolerance.")
    }
    return lines
  }

  private var counts: String {
    let counts = [Verdict.faster, .slower, .equal, .undecided].map { verdict in
      "\(comparison.count(verdict)) \(verdict.rawValue)"
        + (verdict == .equal
          ? " within \(NumberText.percent(comparison.rules.tolerance))" : "")
    }
    return "\(names.file) against \(names.baseline): " + counts.joined(separator: ", ")
  }

  private var geometricMean: [String] {
    guard let mean = comparison.geometricMean else { return [] }
    let range = mean.interval.map {
      " (\(NumberText.significant($0.low)) to \(NumberText.significant($0.high)))"
    }
    return ["geometric mean of the speeds \(NumberText.significant(mean.ratio))×" + (range ?? "")]
  }
}
