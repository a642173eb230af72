import Base
import Convolution
import Foundation
import Plans

/// The unique workloads of many networks, the heaviest first: what a fleet's nodes share among them.
struct ProblemList: Codable, Equatable {
  struct Entry: Codable, Equatable {
    var workload: Workload
    /// Layers of all networks that compute this.
    var layers: Int
    /// Expected to race it, on one core; only ratios matter.
    var seconds: Double

    private enum CodingKeys: String, CodingKey { case workload, layers, seconds }

    init(workload: Workload, layers: Int) {
      self.workload = workload
      self.layers = layers
      seconds = Self.seconds(workload.problem)
    }

    init(from decoder: any Decoder) throws {
      let c = try decoder.container(keyedBy: CodingKeys.self)
      let text = try c.decode(String.self, forKey: .workload)
      do { workload = try Workload(text: text) } catch {
        throw DecodingError.dataCorruptedError(
          forKey: .workload, in: c, debugDescription: "\(error)")
      }
      layers = try c.decode(Int.self, forKey: .layers)
      seconds = try c.decode(Double.self, forKey: .seconds)
      guard seconds > 0, seconds < 1e9 else {
        throw DecodingError.dataCorruptedError(
          forKey: .seconds, in: c, debugDescription: "\(seconds) is not a time")
      }
    }

    func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(workload.description, forKey: .workload)
      try c.encode(layers, forKey: .layers)
      try c.encode(seconds, forKey: .seconds)
    }

    /// Some 260 runs at 30 GFLOP/s or 10 GB/s each, with emptying the caches before, and a constant.
    private static func seconds(_ problem: ConvolutionProblem) -> Double {
      let run =
        Double(problem.operations) / 30e9 + Double(problem.compulsoryBytes) / 10e9 + 3e-4
      return ((0.3 + 260 * run) * 1000).rounded() / 1000
    }
  }

  static let currentFormat = 1

  var format = currentFormat
  var problems: [Entry]

  /// - Parameter networks: the workloads of each, with repetitions.
  init(networks: [[Workload]]) {
    var counts: [Workload: Int] = [:]
    for workload in networks.joined() { counts[workload, default: 0] += 1 }
    problems = counts.map { Entry(workload: $0.key, layers: $0.value) }.sorted {
      ($1.seconds, $0.workload.description) < ($0.seconds, $1.workload.description)
    }
  }

  /// The part of one of several nodes: each problem, in the order of the list, goes to the node that
  /// has least to do so far.
  func part(_ shard: Shard) -> [Entry] {
    var loads = [Double](repeating: 0, count: shard.count)
    return problems.filter { entry in
      let least = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
      loads[least] += entry.seconds
      return least == shard.number - 1
    }
  }

  // MARK: Files

  private static let byteLimit = 16 << 20

  /// - Throws: `FileError` with the place in the file.
  init(path: String) throws {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    let data: Data
    do { data = try handle.read(upToCount: Self.byteLimit + 1) ?? Data() } catch {
      throw FileError("cannot read \(path): it is a folder, or not readable")
    }
    guard data.count <= Self.byteLimit, !JSONGuard.isDeeper(than: 8, data) else {
      throw FileError("\(path) is no list of problems, which convbench problems writes")
    }
    do { self = try JSONDecoder().decode(ProblemList.self, from: data) } catch {
      let place = (error as? DecodingError).flatMap { PlanError.Place($0) }
      throw FileError(
        "\(path): \(place.map { "\($0.path): \($0.problem)" } ?? "is no list of problems")")
    }
    guard format == Self.currentFormat else {
      throw FileError(
        "\(path): format: is \(format); this version reads \(Self.currentFormat)")
    }
  }

  func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}

/// One of several equal parts, written `2/8`: the second of eight.
struct Shard: Equatable {
  /// From 1.
  let number: Int
  let count: Int

  /// nil for a text that is none.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1],
      (1...100_000).contains(count), (1...count).contains(number)
    else { return nil }
    self.number = number
    self.count = count
  }

  /// Everything.
  static let whole = Shard(number: 1, count: 1)

  private init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }
}
