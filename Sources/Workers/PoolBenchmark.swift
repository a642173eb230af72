import Base
import Foundation
import Topology

/// The cost of a parallel region that does nothing: what the pool adds to each layer of a network.
public struct PoolBenchmark: Codable, Sendable {
  /// One team size.
  public struct Row: Codable, Sendable {
    public let threads: Int
    /// A region that follows the last one at once, its workers still spinning: nanoseconds, the
    /// median, fastest and ninth decile of batches of 200 regions.
    public let median: Double
    public let fastest: Double
    public let ninthDecile: Double
    /// A region after a pause long enough for the workers to fall asleep: nanoseconds, median.
    public let asleep: Double
    public let warnings: [String]
  }

  public let placement: Placement
  public let rows: [Row]

  /// Measures teams of 1…N workers, N being the placement's; about 0.1 s each. Above 16 workers
  /// only powers of two and N itself.
  ///
  /// - Throws: `TopologyError` where the system starts no so many threads.
  public init(placement: Placement) throws {
    self.placement = placement
    let sizes = (1...placement.threads).filter {
      $0 <= 16 || $0 & ($0 - 1) == 0 || $0 == placement.threads
    }
    rows = try sizes.map { try Self.measure(placement.prefix($0)) }
  }

  private static func measure(_ placement: Placement) throws -> Row {
    let pool = try WorkerPool.complete(placement)
    defer { pool.shutdown() }
    let regions = 200
    var batches: [Double] = []
    let begin = Stopwatch.now
    // A busy machine can make a region a thousand times slower; a tenth of a second is enough.
    while batches.count < 220, batches.count < 10 || Stopwatch.now - begin < 100_000_000 {
      let start = Stopwatch.now
      for _ in 0..<regions { pool.runOnWorkers { _ in } }
      batches.append(Double(Stopwatch.now - start) / Double(regions))
    }
    // The first batches wake and warm up the workers.
    batches.removeFirst(batches.count / 10)
    var wakes: [Double] = []
    for _ in 0..<20 {
      usleep(1_000)
      let start = Stopwatch.now
      pool.runOnWorkers { _ in }
      wakes.append(Double(Stopwatch.now - start))
    }
    batches.sort()
    wakes.sort()
    return Row(
      threads: pool.count, median: batches[batches.count / 2], fastest: batches[0],
      ninthDecile: batches[batches.count * 9 / 10], asleep: wakes[wakes.count / 2],
      warnings: pool.warnings)
  }
}

extension PoolBenchmark: CustomStringConvertible {
  /// A table, a row per team size, times in nanoseconds.
  public var description: String {
    var lines = ["threads  median ns  fastest ns  90 % ns  asleep ns"]
    for row in rows {
      let cells: [(Double, Int)] = [
        (row.median, 11), (row.fastest, 12), (row.ninthDecile, 9), (row.asleep, 11),
      ]
      lines.append(
        Self.right("\(row.threads)", 7)
          + cells.map { Self.right("\(Int($0.0.rounded()))", $0.1) }.joined())
    }
    return lines.joined(separator: "\n")
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
