import Base
import Foundation
import Measurement

/// Results that later ones are held against, kept under a name: `NAME.csv`, rows as of networks.csv,
/// and `NAME.json`, how much slower a network may become.
public struct NamedBaseline: Sendable {
  /// `{"gatePercent": 5, "networks": {"lenet5": 12}}`
  public struct Thresholds: Hashable, Sendable, Codable {
    /// Of networks that have none of their own.
    public var gatePercent: Double
    public var networks: [String: Double]

    public init(gatePercent: Double = 5, networks: [String: Double] = [:]) {
      self.gatePercent = gatePercent
      self.networks = networks
    }
  }

  /// Of the rows; the other file is beside it.
  public let path: String
  private var thresholdsPath: String { String(path.dropLast(".csv".count)) + ".json" }

  /// - Throws: `ComparisonError` for a name that is none of a file.
  public init(_ name: String, folder: String) throws {
    let isName =
      (1...100).contains(name.utf8.count) && !name.hasPrefix(".")
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
    guard isName else {
      throw ComparisonError(
        "baseline \(name.prefix(60).debugDescription): give letters, digits, - . _")
    }
    path = PathText.join(folder, name + ".csv")
  }

  /// Replaces the rows; thresholds stay as they are, or are 5 %.
  ///
  /// - Returns: how many networks there were before; nil for a new baseline.
  /// - Throws: `FileError`, `CSVError`, `ComparisonError` for no rows.
  @discardableResult
  public func update(_ rows: [NetworkRow]) throws -> Int? {
    guard !rows.isEmpty else { throw ComparisonError("\(path): there are no rows to keep") }
    let exists = access(path, F_OK) == 0
    let old = exists ? try CSVFile<NetworkRow>.read(path).count : nil
    let thresholds = try thresholds() ?? Thresholds()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let text = String(decoding: try encoder.encode(thresholds), as: UTF8.self)
    try AtomicFile.makeFolder(PathText.folder(of: path))
    try AtomicFile.write(text + "\n", to: thresholdsPath)
    try AtomicFile.write(CSVFile<NetworkRow>.text(rows), to: path)
    return old
  }

  /// What the file says; nil where there is none.
  ///
  /// - Throws: `ComparisonError` for what is no such file.
  public func thresholds() throws -> Thresholds? {
    guard let data = FileManager.default.contents(atPath: thresholdsPath) else { return nil }
    guard data.count <= 1 << 20, !JSONGuard.isDeeper(than: 8, data),
      let thresholds = try? JSONDecoder().decode(Thresholds.self, from: data)
    else {
      throw ComparisonError(
        "\(thresholdsPath) is not of the form "
          + #"{"gatePercent": 5, "networks": {"lenet5": 12}}"#)
    }
    for (name, percent) in [("gatePercent", thresholds.gatePercent)]
      + thresholds.networks
      .sorted(by: { $0.key < $1.key })
    where !(0...1000).contains(percent) {
      throw ComparisonError(
        "\(thresholdsPath): \(name.prefix(40)) is \(percent), must be a percentage from 0 to 1000")
    }
    return thresholds
  }

  /// - Throws: as `ResultFile` and `Comparison` do; `ComparisonError` for a baseline that is none.
  public func compare(with file: ResultFile) throws -> Comparison {
    guard access(path, F_OK) == 0 else {
      throw ComparisonError("\(path): no such baseline; convbench baseline update writes one")
    }
    let thresholds = try thresholds() ?? Thresholds()
    var rules = ComparisonRules(fields: MatchField.networks, gate: thresholds.gatePercent / 100)
    rules.gates = thresholds.networks.mapValues { $0 / 100 }
    return try Comparison(
      baseline: ResultFile(path, subject: .network), file: file, rules: rules)
  }
}
