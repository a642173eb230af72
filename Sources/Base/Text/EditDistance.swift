/// Levenshtein's distance, to suggest names.
package enum EditDistance {
  /// The `count` candidates with the fewest insertions, deletions and replacements from `name`,
  /// nearest first; equally near ones in their order.
  package static func nearest(to name: String, among candidates: [String], count: Int) -> [String] {
    let name = Array(name.lowercased().utf8.prefix(64))
    let ranked = candidates.enumerated().map { index, candidate in
      (distance(name, Array(candidate.utf8)), index, candidate)
    }
    return ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(count).map(\.2)
  }

  package static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
