import Base
import Convolution
import GRDB
import KernelLibrary
import Measurement
import Races
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

extension RaceSubject {
  static let columns = ["subject", "network", "layer", "block"]

  /// In the order of the columns.
  var columns: StatementArguments {
    switch self {
    case .isolated: ["isolated", nil, nil, nil]
    case .inNetwork(let network, let layer): ["network", network, layer, nil]
    case .block(let network, let layer, let block): ["block", network, layer, block]
    }
  }

  init(row: Row) throws {
    let kind: String = try row.value("subject")
    switch kind {
    case "isolated": self = .isolated
    case "network":
      self = .inNetwork(network: try row.value("network"), layer: try row.value("layer"))
    case "block":
      self = .block(
        network: try row.value("network"), layer: try row.value("layer"),
        block: try row.value("block"))
    default: throw RowError("subject")
    }
  }
}

extension RaceScope {
  static let columns = ["strategies", "candidates", "maxError", "maxWorkspaceBytes"]

  /// In the order of the columns.
  var columns: StatementArguments {
    [strategies?.joined(separator: ","), candidates, maxError, maxWorkspaceBytes]
  }

  init(row: Row) throws {
    let names: String? = try row.optional("strategies")
    self.init(
      strategies: names?.split(separator: ",").map(String.init),
      candidates: try row.value("candidates"), maxError: try row.optional("maxError"),
      maxWorkspaceBytes: try row.optional("maxWorkspaceBytes"))
  }
}

extension ThreadTeam {
  /// Without the hardware threads, which are no part of a key.
  static let columns = ["threads", "smt", "binding", "cores", "caches"]

  /// In the order of the columns.
  var columns: StatementArguments {
    [count, smt, binding, place?.coreCode, place?.cacheCode]
  }

  init(row: Row) throws {
    var place: WorkerPlace?
    if let cores: String = try row.optional("cores") {
      place = WorkerPlace(cores: cores, caches: try row.value("caches"))
      if place == nil { throw RowError("cores") }
    }
    self.init(
      count: try row.value("threads"), smt: try row.value("smt"),
      binding: try row.value("binding"), place: place)
  }
}

extension RaceKey {
  /// What is measured under which conditions, whatever may race, and wherever.
  static let shapeColumns =
    ["machine", "problem", "epilogue", "isa"] + ThreadTeam.columns + ["cacheState"]
  static let columns = shapeColumns + ["kernels"] + RaceSubject.columns + RaceScope.columns

  // IS and not =: NULL is a value here.
  static let shapeCondition = shapeColumns.map { "\($0) IS ?" }.joined(separator: " AND ")
  static let condition = columns.map { "\($0) IS ?" }.joined(separator: " AND ")

  /// In the order of the columns.
  var shapeArguments: StatementArguments {
    [machine, workload.textWithoutEpilogue, epilogue.description, isa.rawValue] + team.columns
      + [cacheState.rawValue]
  }
  var arguments: StatementArguments {
    shapeArguments + [kernels.description] + subject.columns + scope.columns
  }

  init(row: Row) throws {
    guard let isa = InstructionSet(rawValue: try row.value("isa")) else { throw RowError("isa") }
    guard let cacheState = CacheState(rawValue: try row.value("cacheState")) else {
      throw RowError("cacheState")
    }
    guard var workload = Workload(try row.value("problem") as String) else {
      throw RowError("problem")
    }
    guard let epilogue = Epilogue(try row.value("epilogue") as String) else {
      throw RowError("epilogue")
    }
    workload.epilogue = epilogue
    guard let kernels = KernelSignature(try row.value("kernels")) else {
      throw RowError("kernels")
    }
    self.init(
      machine: try row.value("machine"), isa: isa, team: try ThreadTeam(row: row),
      cacheState: cacheState, workload: workload, kernels: kernels,
      subject: try RaceSubject(row: row), scope: try RaceScope(row: row))
  }
}

extension RaceRecord {
  /// - Parameter row: all columns of `races`.
  init(row: Row, _ db: Database) throws {
    self.init(
      key: try RaceKey(row: row), origin: try RaceOrigin(row: row),
      started: try row.value("started"))
    isSuperseded = try row.value("superseded")
    finished = try row.optional("finished")
    ending = (try row.optional("ending") as String?).flatMap(RaceEnding.init(rawValue:))
    validity = (try row.optional("validity") as String?).flatMap { Validity($0) }
    discarded = try row.value("discarded")
    disturbed = try row.value("disturbed")
    speedBest = try row.optional("speedBest").map { Gflops($0) }
    speedWorst = try row.optional("speedWorst").map { Gflops($0) }
    let id: Int64 = try row.value("id")
    measurements = try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT * FROM measurements WHERE race = ? ORDER BY strategy, configuration"),
      arguments: [id]
    ).map { try MeasurementRecord(row: $0, db) }
  }

  private static let insertion: String = {
    let columns =
      RaceKey.columns + RaceOrigin.columns + [
        "superseded", "started", "finished", "ending", "validity", "discarded", "disturbed",
        "speedBest", "speedWorst",
      ]
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    return "INSERT INTO races (\(columns.joined(separator: ", "))) VALUES (\(places))"
  }()

  /// - Returns: the new row's id.
  @discardableResult func insert(_ db: Database) throws -> Int64 {
    try db.cachedStatement(sql: Self.insertion).execute(
      arguments: key.arguments + origin.arguments + [
        isSuperseded, started, finished, ending?.rawValue, validity?.description, discarded,
        disturbed, speedBest?.value, speedWorst?.value,
      ])
    let id = db.lastInsertedRowID
    for measurement in measurements { try measurement.insert(race: id, db) }
    return id
  }
}

extension RaceOrigin {
  static let columns = ["toolVersion", "toolCommit", "node", "run", "cpus"]

  /// In the order of the columns.
  var arguments: StatementArguments {
    [toolVersion, commit, node, run, cpus.map { "\($0)" }.joined(separator: " ")]
  }

  init(row: Row) throws {
    self.init(
      toolVersion: try row.value("toolVersion"), commit: try row.value("toolCommit"),
      node: try row.value("node"), run: try row.value("run"), cpus: [])
    let text: String = try row.value("cpus")
    cpus = try text.split(separator: " ").map { word in
      guard let cpu = Int(word) else { throw RowError("cpus") }
      return cpu
    }
  }
}

extension MeasurementRecord {
  init(row: Row, _ db: Database) throws {
    let parameters: String = try row.value("configuration")
    guard let configuration = KernelLibrary.Configuration(parameters) else {
      throw RowError("configuration")
    }
    guard let place = Standing.Place(rawValue: try row.value("place")) else {
      throw RowError("place")
    }
    self.init(
      candidate: Candidate(strategy: try row.value("strategy"), configuration: configuration),
      place: place, samples: try Sample.all(of: row.value("id"), db),
      time: try row.value("time"))
    ratio = try row.optional("ratio")
    error = try row.optional("error")
    rejection = try row.optional("rejection")
    workspaceBytes = try row.value("workspaceBytes")
  }

  /// Inserts the row and its samples, of a race that has none of this candidate.
  func insert(race: Int64, _ db: Database) throws {
    let id = try insertRow(race: race, db)
    for (sequence, sample) in samples.enumerated() {
      try sample.write(measurement: id, sequence: sequence, db)
    }
  }

  /// Inserts or replaces the row and its samples. The conditions of samples on record stay where
  /// this has none: the end of a race repeats the times, not their conditions.
  func write(race: Int64, _ db: Database) throws {
    let id = try writeRow(race: race, db)
    let known = try Sample.all(of: id, db)
    for (sequence, sample) in samples.map(\.rounded).enumerated() {
      guard sequence < known.count, known[sequence].time == sample.time else {
        try sample.write(measurement: id, sequence: sequence, db)
        continue
      }
      let whole = sample.under(known[sequence])
      if whole != known[sequence] {
        try whole.write(measurement: id, sequence: sequence, db)
      }
    }
    if known.count > samples.count {
      try Sample.remove(from: samples.count, of: id, db)
    }
  }

  /// Adds a sample to those on record. The first, with number 0, takes the place of all of them.
  func append(_ sample: Sample, sequence: Int, race: Int64, _ db: Database) throws {
    let id = try writeRow(race: race, db)
    if sequence == 0 { try Sample.remove(from: 1, of: id, db) }
    try sample.write(measurement: id, sequence: sequence, db)
  }

  private static let keyColumns = ["race", "strategy", "configuration"]
  private static let columns = ["place", "ratio", "error", "rejection", "workspaceBytes", "time"]

  /// - Returns: the row's number.
  private func writeRow(race: Int64, _ db: Database) throws -> Int64 {
    let condition = Self.keyColumns.map { "\($0) = ?" }.joined(separator: " AND ")
    let statement = try db.cachedStatement(sql: "SELECT id FROM measurements WHERE \(condition)")
    guard let id = try Int64.fetchOne(statement, arguments: keyArguments(race)) else {
      return try insertRow(race: race, db)
    }
    let assignments = Self.columns.map { "\($0) = ?" }.joined(separator: ", ")
    try db.cachedStatement(sql: "UPDATE measurements SET \(assignments) WHERE id = ?")
      .execute(arguments: arguments + [id])
    return id
  }

  /// - Returns: the row's number.
  private func insertRow(race: Int64, _ db: Database) throws -> Int64 {
    let columns = Self.keyColumns + Self.columns
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    try db.cachedStatement(
      sql: "INSERT INTO measurements (\(columns.joined(separator: ", "))) VALUES (\(places))"
    ).execute(arguments: keyArguments(race) + arguments)
    return db.lastInsertedRowID
  }

  /// In the order of the columns.
  private func keyArguments(_ race: Int64) -> StatementArguments {
    [race, candidate.strategy, candidate.configuration.description]
  }
  private var arguments: StatementArguments {
    func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
    return [place.rawValue, finite(ratio), finite(error), rejection, workspaceBytes, time]
  }
}
