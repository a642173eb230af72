import Base
import Foundation
import Measurement
import Plans
import Results
import Topology

/// What a results folder holds: its own files and those of its subfolders, which are one per machine
/// by habit, though every row and every file names its machine itself.
public struct ResultsFolder: Sendable {
  public private(set) var path: String
  public private(set) var networks: [NetworkRow] = []
  public private(set) var layers: [LayerRow] = []
  public private(set) var benches: [BenchRow] = []
  public private(set) var calibrations: [MachineCalibration] = []
  public private(set) var plans: [Plan] = []
  /// Files with rows of layers, and the ids of the machines that they are of.
  public private(set) var layerFiles: [(path: String, machines: Set<String>)] = []
  /// Exports of stores (`convbench store export`): `races*.jsonl`.
  public private(set) var raceFiles: [String] = []
  /// Files that were read, below `path`.
  public private(set) var files: [String] = []

  /// A calibration has some kilobytes.
  private static let calibrationLimit = 4 << 20

  /// - Throws: `ReportError`, `CSVError`, `PlanError` or `FileError`: one line with the file and what
  ///   is wrong with it. Files of other kinds are left alone.
  public init(path: String) throws {
    self.path = path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ReportError("\(path): no such folder; convbench run and convbench suite write results")
    }
    guard isFolder.boolValue else { throw ReportError("\(path) is a file, not a results folder") }
    try readFolder("")
    for name in try Self.entries(path) where Self.isFolder("\(path)/\(name)") {
      if name != "plans" { try readFolder(name + "/") }
    }
    guard !(networks.isEmpty && layers.isEmpty && benches.isEmpty && plans.isEmpty) else {
      throw ReportError(
        "\(path): holds no results; convbench run and convbench suite write networks.csv and "
          + "layers.csv")
    }
  }

  private mutating func readFolder(_ folder: String) throws {
    for name in try Self.entries("\(path)/\(folder)") {
      let file = folder + name
      let lower = name.lowercased()
      if Self.isFolder("\(path)/\(file)") {
        if lower == "plans" {
          for plan in try Self.entries("\(path)/\(file)") where plan.hasSuffix(".json") {
            try readPlan("\(file)/\(plan)")
          }
        }
      } else if lower.hasSuffix(".csv") {
        try readCSV(file)
      } else if lower.hasSuffix(".json"), lower.hasPrefix("calibration") {
        try readCalibration(file)
      } else if lower.hasSuffix(".json"), lower.hasPrefix("plan") {
        try readPlan(file)
      } else if lower.hasSuffix(".jsonl"), lower.hasPrefix("races") {
        raceFiles.append("\(path)/\(file)")
        files.append(file)
      }
    }
  }

  /// Which rows a file holds is told by a column that no other kind has.
  private mutating func readCSV(_ file: String) throws {
    let full = "\(path)/\(file)"
    let header = try Self.header(full)
    let name = PathText.name(of: file)
    if header.contains("rank") && header.contains("cache") {
      benches += try CSVFile<BenchRow>.read(full)
    } else if name == "layers.csv" || header.contains("layer") {
      let rows = try CSVFile<LayerRow>.read(full)
      layerFiles.append((full, Set(rows.map(\.identity.machineID))))
      layers += rows
    } else if name == "networks.csv" || header.contains("median_ms") || header.isEmpty {
      networks += try CSVFile<NetworkRow>.read(full)
    } else {
      return
    }
    files.append(file)
  }

  private mutating func readPlan(_ file: String) throws {
    plans.append(try Plan.load(path: "\(path)/\(file)"))
    files.append(file)
  }

  private mutating func readCalibration(_ file: String) throws {
    let full = "\(path)/\(file)"
    let data = try Self.start(of: full, limit: Self.calibrationLimit + 1)
    let calibration: MachineCalibration
    do {
      guard data.count <= Self.calibrationLimit else {
        throw ReportError("\(full) is larger than any calibration")
      }
      calibration = try JSONDecoder().decode(MachineCalibration.self, from: data)
    } catch let error as DecodingError {
      throw ReportError("\(full) is not a calibration: \(Self.words(error))")
    }
    guard (1...MachineCalibration.currentFormat).contains(calibration.format) else {
      throw ReportError("\(full) has calibration format \(calibration.format), which is not known")
    }
    let figures =
      calibration.peaks.map(\.gflops) + calibration.bandwidths.flatMap(\.levels).map(\.load)
    guard figures.allSatisfy({ $0.isFinite && $0 > 0 && $0 < 1e9 }) else {
      throw ReportError("\(full): a peak or bandwidth is no positive number")
    }
    calibrations.append(calibration)
    files.append(file)
  }

  private static func words(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "it lacks \"\(key.stringValue)\""
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has another type"
    default: "it is no JSON of that kind"
    }
  }

  // MARK: Files

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Names in a fixed order, without hidden ones.
  private static func entries(_ path: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch { throw ReportError("\(path) is not readable") }
  }

  private static func header(_ path: String) throws -> Set<String> {
    var bytes = try start(of: path, limit: 64 << 10)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    let names = String(decoding: line, as: UTF8.self).split(separator: ",")
    return Set(names.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\" ")) })
  }

  private static func start(of path: String, limit: Int) throws -> Data {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw ReportError("\(path) is not readable: \(String(cString: strerror(errno)))")
    }
    defer { try? handle.close() }
    do {
      return try handle.read(upToCount: limit) ?? Data()
    } catch { throw ReportError("\(path) is not readable") }
  }
}

/// Results that no report can be made of: one line.
public struct ReportError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
