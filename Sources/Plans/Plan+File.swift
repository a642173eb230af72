import Base
import Convolution
import Foundation
import Measurement

extension Plan {
  /// The largest plan file that is read. ResNet-1202's has about 1 MB.
  public static let fileLimit = 16 << 20
  /// The deepest nesting of its JSON. A plan has 4 levels.
  static let depthLimit = 64

  /// - Parameter format: of the file, which decides how its problems are written.
  static func decoder(format: Int) -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.userInfo[.descriptorDialect] = DescriptorDialect(
      version: format, first: DescriptorDialect.firstPlanFormat)
    return decoder
  }

  /// Reads and checks a plan file.
  ///
  /// - Throws: `PlanError`: one line with the file and, for content, the place in it.
  public static func load(path: String) throws -> Plan {
    try decode(read(path, limit: fileLimit), file: path)
  }

  /// - Parameter file: what errors call the data.
  public static func decode(_ data: Data, file: String) throws -> Plan {
    guard data.count <= fileLimit else {
      throw PlanError("\(file) is larger than \(fileLimit >> 20) MiB, which no plan is")
    }
    guard !JSONGuard.isDeeper(than: depthLimit, data) else {
      throw PlanError("\(file) is not a plan: its JSON nests deeper than \(depthLimit) levels")
    }
    guard !data.isEmpty else { throw PlanError("\(file) is empty, not a plan") }
    guard !PlanBundle.isBundle(data) else {
      throw PlanError(
        "\(file) is a bundle of plans, which only run and plan show take; give one plan's file")
    }
    struct Format: Decodable {
      let formatVersion: Int
    }
    do {
      // The version first: a newer format may differ anywhere else.
      let format = try JSONDecoder().decode(Format.self, from: data).formatVersion
      guard (1...currentFormat).contains(format) else {
        throw PlanError(
          "\(file) has plan format \(format); this version (\(ToolVersion.current)) reads up to "
            + "\(currentFormat)")
      }
      let plan = try decoder(format: format).decode(Plan.self, from: data)
      try plan.validate()
      return plan
    } catch let error as DecodingError {
      throw PlanError(file: file, error)
    } catch let place as PlanError.Place {
      throw PlanError(file: file, place)
    }
  }

  /// Pretty printed with sorted keys, so that two plans can be compared line by line.
  public func encoded() throws -> Data { try Self.encoded(self) }

  static func encoded(_ document: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(document) + Data("\n".utf8)
  }

  /// Writes the file atomically (`AtomicFile`): a reader sees the old plan or the new one.
  ///
  /// - Throws: `FileError` saying what the system refused.
  public func save(path: String) throws {
    try AtomicFile.write(encoded(), to: path)
  }

  /// At most one byte more than the limit, which tells a file that is too large.
  static func read(_ path: String, limit: Int) throws -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw PlanError("\(path): no such file; convbench tune writes one")
    }
    guard !isFolder.boolValue else { throw PlanError("\(path) is a folder, not a plan file") }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw PlanError("\(path) is not readable: \(String(cString: strerror(errno)))")
    }
    defer { try? handle.close() }
    do {
      // One byte more than allowed tells a file that is too large (or a device without an end).
      return try handle.read(upToCount: limit + 1) ?? Data()
    } catch {
      throw PlanError("\(path) is not readable: \(error.localizedDescription)")
    }
  }
}
