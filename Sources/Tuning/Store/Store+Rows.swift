import Convolution
import Foundation
import GRDB
import KernelLibrary
import Measurement
import Topology

// Between rows and records. What is written is rounded first, so that reading it back and writing
// it again changes nothing.

/// A row that this program could not have written: which column.
struct RowError: Error, CustomStringConvertible {
  let description: String
  init(_ column: String) { description = "\(column) is not what convbench writes" }
}

extension Row {
  /// A column's value. (The subscript traps where the column has something else.)
  func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
    guard let value: Value = try optional(column) else { throw RowError(column) }
    return value
  }

  /// nil for NULL.
  func optional<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
    guard let stored: DatabaseValue = self[column], !stored.isNull else { return nil }
    guard let value = Value.fromDatabaseValue(stored) else { throw RowError(column) }
    return value
  }
}

extension RaceKey {
  /// All but the scope.
  static let shapeColumns = [
    "machine", "isa", "threads", "binding", "cacheState", "problem", "epilogue",
    "kernelGeneration",
  ]
  static let columns = shapeColumns + ["scope"]

  static let shapeCondition = shapeColumns.map { "\($0) = ?" }.joined(separator: " AND ")
  static let condition = columns.map { "\($0) = ?" }.joined(separator: " AND ")

  /// In the order of the columns.
  var shapeArguments: StatementArguments {
    [
      machine, isa.rawValue, threads, binding, cacheState.rawValue, problem.description,
      epilogue.description, kernelGeneration,
    ]
  }
  var arguments: StatementArguments { shapeArguments + [scope] }

  init(row: Row) throws {
    guard let isa = InstructionSet(rawValue: try row.value("isa")) else { throw RowError("isa") }
    guard let cacheState = CacheState(rawValue: try row.value("cacheState")) else {
      throw RowError("cacheState")
    }
    let descriptor: String = try row.value("problem")
    guard let problem = try? ConvolutionProblem(descriptor: descriptor) else {
      throw RowError("problem")
    }
    let fused: String = try row.value("epilogue")
    guard let epilogue = Epilogue(fused) else { throw RowError("epilogue") }
    self.init(
      machine: try row.value("machine"), isa: isa, threads: try row.value("threads"),
      binding: try row.value("binding"), cacheState: cacheState, problem: problem,
      epilogue: epilogue, kernelGeneration: try row.value("kernelGeneration"),
      scope: try row.value("scope"))
  }
}

extension RaceRecord {
  /// - Parameter row: all columns of `races`.
  init(row: Row, _ db: Database) throws {
    self.init(
      key: try RaceKey(row: row), toolVersion: try row.value("toolVersion"),
      started: try row.value("started"))
    finished = try row.optional("finished")
    ending = (try row.optional("ending") as String?).flatMap(RaceEnding.init(rawValue:))
    validity = (try row.optional("validity") as String?).flatMap { Validity($0) }
    discarded = try row.value("discarded")
    disturbed = try row.value("disturbed")
    speedBest = try row.optional("speedBest")
    speedWorst = try row.optional("speedWorst")
    let id: Int64 = try row.value("id")
    measurements = try Row.fetchAll(
      db, sql: "SELECT * FROM measurements WHERE race = ? ORDER BY strategy, configuration",
      arguments: [id]
    ).map { try MeasurementRecord(row: $0) }
  }

  /// - Returns: the new row's id.
  @discardableResult func insert(_ db: Database) throws -> Int64 {
    let columns =
      RaceKey.columns + [
        "toolVersion", "started", "finished", "ending", "validity", "discarded", "disturbed",
        "speedBest", "speedWorst",
      ]
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    try db.execute(
      sql: "INSERT INTO races (\(columns.joined(separator: ", "))) VALUES (\(places))",
      arguments: key.arguments + [
        toolVersion, started, finished, ending?.rawValue, validity?.description, discarded,
        disturbed, speedBest, speedWorst,
      ])
    let id = db.lastInsertedRowID
    for measurement in measurements { try measurement.write(race: id, db) }
    return id
  }
}

extension MeasurementRecord {
  init(row: Row) throws {
    let parameters: String = try row.value("configuration")
    guard let configuration = KernelLibrary.Configuration(parameters) else {
      throw RowError("configuration")
    }
    guard let place = Standing.Place(rawValue: try row.value("place")) else {
      throw RowError("place")
    }
    self.init(
      candidate: Candidate(strategy: try row.value("strategy"), configuration: configuration),
      place: place, samples: try Self.numbers(row, "samples"), time: try row.value("time"))
    speedsBefore = try Self.numbers(row, "speedsBefore")
    speedsAfter = try Self.numbers(row, "speedsAfter")
    ratio = try row.optional("ratio")
    error = try row.optional("error")
    rejection = try row.optional("rejection")
    workspaceBytes = try row.value("workspaceBytes")
  }

  /// Inserts or replaces the row. Speed probes on record stay where this has none: the end of a
  /// race repeats the samples, not their conditions.
  func write(race: Int64, _ db: Database) throws {
    let summary = SampleSummary(samples)
    try db.execute(
      sql: """
        INSERT INTO measurements (race, strategy, configuration, place, samples, count, median,
          low, high, ratio, error, rejection, workspaceBytes, time, speedsBefore, speedsAfter)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (race, strategy, configuration) DO UPDATE SET place = excluded.place,
          samples = excluded.samples, count = excluded.count, median = excluded.median,
          low = excluded.low, high = excluded.high, ratio = excluded.ratio,
          error = excluded.error, rejection = excluded.rejection,
          workspaceBytes = excluded.workspaceBytes, time = excluded.time,
          speedsBefore = coalesce(excluded.speedsBefore, speedsBefore),
          speedsAfter = coalesce(excluded.speedsAfter, speedsAfter)
        """,
      arguments: [
        race, candidate.strategy, candidate.configuration.description, place.rawValue,
        Self.text(samples.map(Self.roundedTime)), samples.count, summary?.median,
        summary?.interval.low, summary?.interval.high, ratio.flatMap(Self.finite),
        error.flatMap(Self.finite), rejection, workspaceBytes, time,
        speedsBefore.isEmpty ? nil : Self.text(speedsBefore.map(Self.roundedSpeed)),
        speedsAfter.isEmpty ? nil : Self.text(speedsAfter.map(Self.roundedSpeed)),
      ])
  }

  /// Half nanoseconds: the median of an even number of runs.
  static func roundedTime(_ value: Double) -> Double { (value * 2).rounded() / 2 }

  static func roundedSpeed(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

  private static func text(_ numbers: [Double]) -> String {
    "[" + numbers.map { "\($0)" }.joined(separator: ",") + "]"
  }

  /// NULL is an empty list.
  private static func numbers(_ row: Row, _ column: String) throws -> [Double] {
    guard let text: String = try row.optional(column) else { return [] }
    guard let numbers = try? JSONDecoder().decode([Double].self, from: Data(text.utf8)),
      numbers.allSatisfy({ $0.isFinite && $0 >= 0 })
    else { throw RowError(column) }
    return numbers
  }
}
