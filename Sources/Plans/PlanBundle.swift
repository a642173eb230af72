import Base
import Convolution
import Foundation
import Topology

/// Plans of one network for several kinds of machines and numbers of threads, in one file.
///
/// The file format is `docs/plan.md`. A decoded bundle has been checked as every plan in it.
public struct PlanBundle: Hashable, Sendable {
  /// The format that this program writes, and the newest that it reads.
  public static let currentFormat = 1
  /// The largest file that is read, bytes.
  public static let fileLimit = 256 << 20
  /// Most plans of one bundle.
  static let planLimit = 1000

  /// What a bundle has one plan for.
  public struct Key: Hashable, Sendable {
    /// Of the machine's fingerprint.
    public let machine: String
    public let threads: Int
    /// Whether the workers share cores.
    public let smt: Bool

    public init(machine: String, threads: Int, smt: Bool) {
      self.machine = machine
      self.threads = threads
      self.smt = smt
    }
  }

  /// At least one, in the order that they were given in.
  public let plans: [Plan]

  /// - Parameter names: what errors call the plans, one for each.
  /// - Throws: `PlanError` where there is none, they are of several networks, or two have one key.
  public init(_ plans: [Plan], names: [String]) throws {
    guard let first = plans.first else { throw PlanError("give at least one plan") }
    guard plans.count <= Self.planLimit else {
      throw PlanError("\(plans.count) plans; a bundle has at most \(Self.planLimit)")
    }
    for (plan, name) in zip(plans, names) where plan.network != first.network {
      throw PlanError(
        "\(name) is of \(plan.network.title), \(names[0]) of \(first.network.title); "
          + "a bundle has plans of one network")
    }
    _ = try PlanSegments(plans, names: names)
    var known: [Key: String] = [:]
    for (plan, name) in zip(plans, names) {
      if let other = known.updateValue(name, forKey: plan.bundleKey) {
        throw PlanError(
          "\(other) and \(name) are both for \(plan.machine.name) with \(plan.threads.title); "
            + "a bundle has one plan for each machine and number of threads")
      }
    }
    self.plans = plans
  }

  public var network: Plan.Network { plans[0].network }
}

extension Plan {
  /// What it is for within a bundle.
  public var bundleKey: PlanBundle.Key {
    PlanBundle.Key(machine: machine.id, threads: threads.count, smt: threads.smt)
  }
}

extension ThreadTeam {
  /// Such as `1 thread` or `4 threads, smt`.
  public var title: String {
    "\(count) \(count == 1 ? "thread" : "threads")\(smt ? ", smt" : "")"
  }
}

// The file.

extension PlanBundle {
  private struct Document: Codable {
    let bundleVersion: Int
    let plans: [Plan]
  }

  /// What is read before anything else: a newer format may differ anywhere else.
  private struct Head: Decodable {
    struct Format: Decodable { let formatVersion: Int }
    let plans: [Format]
  }

  private struct Version: Decodable { let bundleVersion: Int? }

  /// Whether data are meant as a bundle, however damaged; everything else is read as a plan.
  static func isBundle(_ data: Data) -> Bool {
    !JSONGuard.isDeeper(than: Plan.depthLimit, data)
      && (try? JSONDecoder().decode(Version.self, from: data).bundleVersion) != nil
  }

  /// - Parameter file: what errors call the data.
  /// - Throws: `PlanError` with the file and the place in it.
  public static func decode(_ data: Data, file: String) throws -> PlanBundle {
    guard !JSONGuard.isDeeper(than: Plan.depthLimit, data) else {
      throw PlanError(
        "\(file) is no bundle: its JSON nests deeper than \(Plan.depthLimit) levels")
    }
    do {
      let version = try JSONDecoder().decode(Version.self, from: data).bundleVersion ?? 0
      guard (1...currentFormat).contains(version) else {
        throw PlanError(
          "\(file) has bundle format \(version); this version (\(ToolVersion.current)) reads up to "
            + "\(currentFormat)")
      }
      let formats = try JSONDecoder().decode(Head.self, from: data).plans.map(\.formatVersion)
      guard let format = formats.first else {
        throw PlanError.Place(path: "plans", problem: "is empty")
      }
      // One program writes all of them anew, in its own format.
      for (index, other) in formats.enumerated()
      where other != format || !(1...Plan.currentFormat).contains(other) {
        throw PlanError.Place(
          path: "plans[\(index)].formatVersion",
          problem: "is \(other); must be that of plans[0], up to \(Plan.currentFormat)")
      }
      let plans = try Plan.decoder(format: format).decode(Document.self, from: data).plans
      let names = plans.indices.map { "plans[\($0)]" }
      for (plan, name) in zip(plans, names) {
        do { try plan.validate() } catch {
          throw PlanError.Place(path: "\(name).\(error.path)", problem: error.problem)
        }
      }
      do { return try PlanBundle(plans, names: names) } catch let error as PlanError {
        throw PlanError("\(file): \(error)")
      }
    } catch let error as DecodingError {
      throw PlanError(file: file, error)
    } catch let place as PlanError.Place {
      throw PlanError(file: file, place)
    }
  }

  /// Pretty printed with sorted keys, as plans are.
  public func encoded() throws -> Data {
    try Plan.encoded(Document(bundleVersion: Self.currentFormat, plans: plans))
  }
}

/// What a file that plans are run from holds.
public enum PlanFile {
  case plan(Plan)
  case bundle(PlanBundle)

  /// - Throws: `PlanError`: one line with the file and, for content, the place in it.
  public static func load(path: String) throws -> PlanFile {
    let data = try Plan.read(path, limit: PlanBundle.fileLimit)
    guard data.count <= PlanBundle.fileLimit else {
      throw PlanError("\(path) is larger than \(PlanBundle.fileLimit >> 20) MiB, which no plan is")
    }
    return PlanBundle.isBundle(data)
      ? .bundle(try PlanBundle.decode(data, file: path)) : .plan(try Plan.decode(data, file: path))
  }
}
