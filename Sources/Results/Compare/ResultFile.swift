import Base
import Foundation
import Measurement

/// The measurements of one file, or of the rows of it that were asked for.
public struct ResultFile: Sendable {
  /// As it was asked for.
  public let name: String
  /// Of networks, or of layers and fused blocks as this file alone has them.
  public private(set) var rows: [MeasuredRow]
  /// Rows of layers that are no convolutions.
  public let skipped: Int
  /// Of layers: the runs that the rows are of.
  let runs: [LayerRun]
  private let selection: RowSelection

  /// - Parameter name: a file, a folder with such a file, or either with a selection of rows behind
  ///   it (`RowSelection`): `Results@threads=1,isa=avx2`.
  /// - Throws: `FileError`, `CSVError` or `ComparisonError`.
  public init(_ name: String, subject: ComparisonSubject) throws {
    var (path, selection) = try Self.split(name)
    self.name = name
    let file = Self.file(path, subject)
    switch subject {
    case .network:
      (runs, skipped) = ([], 0)
      rows = try Self.networks(file, &selection)
      self.selection = selection
      rows = try selection.rows(rows, name: name)
    case .layer:
      let loaded = try Self.layers(file, &selection)
      (runs, skipped, rows) = (loaded.runs, loaded.skipped, [])
      self.selection = selection
      rows = runs.isEmpty ? try selection.rows([], name: name) : try rows(with: FusedBlocks(runs))
    }
    guard !rows.isEmpty else {
      throw ComparisonError("\(name) has no \(subject.rawValue) rows")
    }
  }

  package init(name: String, rows: [MeasuredRow]) {
    self.name = name
    self.rows = rows
    (skipped, runs, selection) = (0, [], RowSelection())
  }

  /// The rows, layers taken together as blocks say: those of this file and another.
  ///
  /// - Throws: `ComparisonError` where the selection leaves none.
  func rows(with blocks: FusedBlocks) throws -> [MeasuredRow] {
    guard !runs.isEmpty else { return rows }
    var problems = ProblemsOfRuns()
    for run in runs {
      for row in blocks.rows(of: run) { problems.add(row) }
    }
    return try selection.rows(problems.rows, name: name)
  }

  /// The rows of networks that are meant by a name as `init` takes it, whole.
  ///
  /// - Throws: `FileError`, `CSVError` or `ComparisonError`.
  public static func networkRows(_ name: String) throws -> [NetworkRow] {
    let (path, selection) = try split(name)
    let rows = try CSVFile<NetworkRow>.read(file(path, .network))
    let meant = Set(
      try selection.rows(rows.map(MeasuredRow.init), name: name).map {
        "\($0.identity.run) \($0.identity.network)"
      })
    return rows.filter { meant.contains("\($0.identity.run) \($0.identity.network)") }
  }

  /// Times of rows that lie in the future, the last first: whoever wrote them had a wrong clock.
  public func timesInTheFuture(now: Date = Date()) -> [String] {
    // ISO 8601 in UTC: the order of the texts is that of the times. Clocks differ by minutes.
    let limit = (now + 600).formatted(.iso8601)
    return rows.map(\.identity.time).filter { $0 > limit }.sorted(by: >)
  }

  /// The folder that a name as `init` takes it is in, or is.
  public static func folder(of name: String) -> String {
    let path = (try? split(name))?.0 ?? name
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue ? path : PathText.folder(of: path)
  }

  /// Layers where the first file is one of layers.
  public static func subject(of name: String) -> ComparisonSubject {
    guard let (path, _) = try? split(name),
      let handle = FileHandle(forReadingAtPath: path), let start = try? handle.read(upToCount: 4096)
    else { return .network }
    let header = String(decoding: start, as: UTF8.self).prefix { !$0.isNewline }
    let columns = header.split(separator: ",")
    return columns.contains("layer") && columns.contains("problem") ? .layer : .network
  }

  /// The path and what stands behind the first `@` that a file or folder stands before.
  private static func split(_ name: String) throws -> (String, RowSelection) {
    guard access(name, F_OK) != 0 else { return (name, RowSelection()) }
    let places = name.indices.filter { name[$0] == "@" }
    guard let at = places.first(where: { access(String(name[..<$0]), F_OK) == 0 }) ?? places.last
    else { return (name, RowSelection()) }
    return (String(name[..<at]), try RowSelection(name[name.index(after: at)...], name: name))
  }

  private static func file(_ path: String, _ subject: ComparisonSubject) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return path }
    return path + (path.hasSuffix("/") ? "" : "/") + subject.fileName
  }

  private static func networks(
    _ path: String, _ selection: inout RowSelection
  ) throws -> [MeasuredRow] {
    var rows: [MeasuredRow] = []
    try CSVFile<NetworkRow>.forEach(path) { row, line in
      try check(row.medianMs, "median_ms", row.samplesMs, "\(path):\(line)")
      let measured = MeasuredRow(row)
      if selection.mayMean(measured) { rows.append(measured) }
    }
    return rows
  }

  private static func layers(
    _ path: String, _ selection: inout RowSelection
  ) throws -> LayerRuns {
    var layers = LayerRuns()
    try CSVFile<LayerRow>.forEach(path) { row, line in
      if !row.problem.isEmpty || row.kind == "fused" {
        try check(row.ms, "ms", row.samplesMs, "\(path):\(line)")
      }
      if selection.mayMean(MeasuredRow(row)) { layers.add(row) }
    }
    return layers
  }

  private static func check(
    _ ms: Double, _ column: String, _ samples: SampleList, _ place: String
  ) throws {
    guard ms > 0 else { throw CSVError("\(place): \(column) is \(ms), must be above 0") }
    guard samples.values.allSatisfy({ $0 > 0 }) else {
      throw CSVError("\(place): samples_ms has a 0, all must be above 0")
    }
  }
}

/// A problem that occurs several times in a network becomes one row a run: the mean over its
/// occurrences, inference by inference, so that its samples have one centre.
private struct ProblemsOfRuns {
  private struct Key: Hashable {
    var run: String
    var network: String
    var problem: String
    var epilogue: String
  }

  private var sums: [MeasuredRow] = []
  /// Of the first occurrence.
  private var times: [Double] = []
  private var counts: [Int] = []
  private var places: [Key: Int] = [:]

  mutating func add(_ row: MeasuredRow) {
    let key = Key(
      run: row.identity.run, network: row.identity.network, problem: row.problem,
      epilogue: row.epilogue)
    guard let place = places[key] else {
      places[key] = sums.count
      sums.append(row)
      times.append(row.ms)
      counts.append(1)
      return
    }
    counts[place] += 1
    sums[place].ms += row.ms
    // Rows of one run have the same number of samples; else there are none to trust.
    sums[place].samples =
      sums[place].samples.count == row.samples.count
      ? zip(sums[place].samples, row.samples).map(+) : []
    sums[place].strategy = Self.joined(sums[place].strategy, row.strategy)
    sums[place].configuration = Self.joined(sums[place].configuration, row.configuration)
    if row.validity.label > sums[place].validity.label { sums[place].validity = row.validity }
  }

  private static func joined(_ texts: String, _ text: String) -> String {
    texts.split(separator: "+").contains(text[...]) ? texts : texts + "+" + text
  }

  var rows: [MeasuredRow] {
    sums.indices.map { place in
      var row = sums[place]
      let count = Double(counts[place])
      row.ms /= count
      row.samples = row.samples.map { $0 / count }
      // The same operations in another time.
      row.gflops = row.gflops.map { $0 * times[place] / row.ms }
      return row
    }
  }
}
