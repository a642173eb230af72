import Foundation

extension Statistics {
  /// The two-sided p-value of the Mann–Whitney U test: how likely two samples of one distribution
  /// differ in their ranks at least as much. 1 where either is empty.
  ///
  /// Exact for up to 20 samples a side without ties; else the normal approximation with the
  /// corrections for ties and continuity.
  public static func mannWhitney(_ first: [Double], _ second: [Double]) -> Double {
    let (m, n) = (first.count, second.count)
    guard m > 0, n > 0 else { return 1 }
    let (u, ties) = rankStatistic(first, second)
    if ties == 0, m <= 20, n <= 20 {
      return exactP(Int(min(u, Double(m * n) - u)), m, n)
    }
    let total = Double(m + n)
    let centre = Double(m * n) / 2
    let variance = Double(m * n) / 12 * (total + 1 - ties / (total * (total - 1)))
    guard variance > 0 else { return 1 }
    let distance = max(0, abs(u - centre) - 0.5)
    return min(1, erfc(distance / (2 * variance).squareRoot()))
  }

  /// U of the first sample, and the sum of `t³ - t` over groups of `t` equal values.
  private static func rankStatistic(
    _ first: [Double], _ second: [Double]
  ) -> (u: Double, ties: Double) {
    let all = (first.map { ($0, true) } + second.map { ($0, false) }).sorted { $0.0 < $1.0 }
    var rankSum = 0.0
    var ties = 0.0
    var start = 0
    while start < all.count {
      var end = start
      while end < all.count, all[end].0 == all[start].0 { end += 1 }
      let rank = Double(start + end + 1) / 2
      rankSum += rank * Double(all[start..<end].count { $0.1 })
      let t = Double(end - start)
      ties += t * t * t - t
      start = end
    }
    let m = Double(first.count)
    return (rankSum - m * (m + 1) / 2, ties)
  }

  /// P(U ≤ u or U ≥ mn - u), by counting the arrangements with each U (Mann and Whitney 1947).
  private static func exactP(_ u: Int, _ m: Int, _ n: Int) -> Double {
    // ways[j][u]: arrangements of i values of the first sample and j of the second, i growing.
    var ways = [[Double]](repeating: [1], count: n + 1)
    for i in 1...m {
      var next = ways
      next[0] = [1]
      for j in 1...n {
        // The largest value belongs to the first sample (it exceeds j of the second) or not.
        var counts = [Double](repeating: 0, count: i * j + 1)
        for (value, count) in ways[j].enumerated() { counts[value + j] += count }
        for (value, count) in next[j - 1].enumerated() { counts[value] += count }
        next[j] = counts
      }
      ways = next
    }
    let counts = ways[n]
    let tail = counts.prefix(u + 1).reduce(0, +)
    return min(1, 2 * tail / counts.reduce(0, +))
  }

  /// Holm's step-down correction: adjusted p-values in the order given, comparable with the level.
  public static func holm(_ pValues: [Double]) -> [Double] {
    var adjusted = pValues
    var running = 0.0
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    for (rank, index) in order.enumerated() {
      running = max(running, min(1, pValues[index] * Double(pValues.count - rank)))
      adjusted[index] = running
    }
    return adjusted
  }
}
