/// The rows of one subject that measure the same thing as the newest of them, so that their times
/// may be pooled.
///
/// Everything that identifies a run has to be equal (`MatchField.identity`): the plan that ran, the
/// tool and its commit, the machine and what surrounds it. A problem of several networks is pooled
/// over those; what differs between networks by itself is compared within each.
struct RunPool {
  /// In the order of the file.
  private(set) var rows: [MeasuredRow] = []
  private(set) var leftOut = LeftOut()

  /// - Parameters:
  ///   - all: of one network, or of one problem; the last is the newest.
  ///   - poolable: fields that may differ all the same.
  init(_ all: [MeasuredRow], poolable: Set<MatchField>) {
    guard let newest = all.last else { return }
    let fields = MatchField.identity.filter { !poolable.contains($0) }
    let isOfLayers = !newest.problem.isEmpty
    let general = isOfLayers ? fields.filter { !$0.isOfNetwork } : fields
    let special = isOfLayers ? fields.filter(\.isOfNetwork) : []
    let differing = { (row: MeasuredRow, other: MeasuredRow, fields: [MatchField]) in
      fields.filter {
        $0.value(row) != $0.value(other) || $0 == .plan && !Self.knowPlan(row, other)
      }
    }
    var newestOfNetwork: [String: MeasuredRow] = [:]
    for row in all where differing(row, newest, general).isEmpty {
      newestOfNetwork[row.identity.network] = row
    }
    for row in all {
      var differences = differing(row, newest, general)
      if differences.isEmpty, let other = newestOfNetwork[row.identity.network] {
        differences = differing(row, other, special)
      }
      if differences.isEmpty { rows.append(row) } else { leftOut.add(differences) }
    }
  }

  /// Whether equal texts mean one plan: rows of before plans had a hash say only that some plan ran,
  /// and two runs of them may be of two plans.
  private static func knowPlan(_ row: MeasuredRow, _ other: MeasuredRow) -> Bool {
    let identity = row.identity
    return !identity.choices.plan.isEmpty || identity.choice != "plan"
      || identity.run == other.identity.run
  }
}

/// Rows that were not pooled, and why.
struct LeftOut: Hashable, Sendable {
  var rows = 0
  /// How many of them differ from the newest in a field; none where that was not the reason.
  private(set) var fields: [MatchField: Int] = [:]

  mutating func add(_ differences: [MatchField]) {
    rows += 1
    for field in differences { fields[field, default: 0] += 1 }
  }

  static func + (left: LeftOut, right: LeftOut) -> LeftOut {
    var sum = left
    sum.rows += right.rows
    sum.fields.merge(right.fields, uniquingKeysWith: +)
    return sum
  }

  /// The most frequent first.
  var names: [String] {
    MatchField.allCases.enumerated().compactMap { index, field in
      fields[field].map { (count: $0, index: index, name: field.rawValue) }
    }.sorted { ($1.count, $0.index) < ($0.count, $1.index) }.map(\.name)
  }

  /// Such as `3: plan commit`; empty where nothing was left out.
  var text: String {
    rows == 0 ? "" : "\(rows)" + (fields.isEmpty ? "" : ": " + names.joined(separator: " "))
  }
}
