import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Plans
import Topology

/// A line of an exported store: JSON, told apart by `kind`. The format is `docs/store.md`.
enum StoreLine: Hashable, Sendable {
  /// The first line.
  case store(version: Int, toolVersion: String)
  case machine(MachineFingerprint)
  case race(RaceRecord)

  /// The format that this program writes, and the newest that it reads.
  static let currentVersion = 3
  /// Bytes of the longest line that is read. A race of 200 candidates has about 0.1 MB.
  static let limit = 16 << 20
  static let depthLimit = 16

  /// One line without its end. Sorted keys: equal content gives equal text.
  func encoded() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// - Parameters:
  ///   - version: of the export that the line is of.
  ///   - place: what errors call the line, such as `file.jsonl: line 3`.
  /// - Throws: `StoreError` with the place and the field.
  static func decode(
    _ line: Data, version: Int = currentVersion, place: String
  ) throws -> StoreLine {
    guard !JSONGuard.isDeeper(than: depthLimit, line) else {
      throw StoreError("\(place): its JSON nests deeper than \(depthLimit) levels")
    }
    do {
      let decoder = JSONDecoder()
      decoder.userInfo[.descriptorDialect] = DescriptorDialect(
        version: version, first: DescriptorDialect.firstExportVersion)
      return try decoder.decode(StoreLine.self, from: line)
    } catch let error as DecodingError {
      guard let field = PlanError.Place(error) else {
        throw StoreError("\(place): not a JSON object, or a number is out of range")
      }
      throw StoreError("\(place): \(field.path): \(field.problem)")
    }
  }
}

extension StoreLine: Codable {
  private enum Keys: String, CodingKey {
    case kind, version, toolVersion, id, fields
  }

  init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: Keys.self)
    switch try c.decode(String.self, forKey: .kind) {
    case "store":
      let version = try c.whole(.version, in: 1...1_000_000)
      self = .store(version: version, toolVersion: try c.word(.toolVersion, limit: 64))
    case "machine":
      let id = try c.decode(String.self, forKey: .id)
      let machine = MachineFingerprint(
        fields: try c.decode([MachineFingerprint.Field].self, forKey: .fields))
      try c.require(
        machine.fields.count <= 64
          && machine.fields.allSatisfy { $0.name.isPlain(upTo: 64) && $0.value.isPlain(upTo: 1024) },
        .fields, "has too many or unprintable names and values")
      try c.require(
        machine.id == id, .id, "is not that of these fields, which is \(machine.id)")
      self = .machine(machine)
    case "race": self = .race(try RaceRecord(from: decoder))
    case let kind:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: c,
        debugDescription: "\"\(kind.prefix(40))\" is not store, machine or race")
    }
  }

  func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Keys.self)
    switch self {
    case .store(let version, let toolVersion):
      try c.encode("store", forKey: .kind)
      try c.encode(version, forKey: .version)
      try c.encode(toolVersion, forKey: .toolVersion)
    case .machine(let machine):
      try c.encode("machine", forKey: .kind)
      try c.encode(machine.id, forKey: .id)
      try c.encode(machine.fields, forKey: .fields)
    case .race(let race):
      try c.encode("race", forKey: .kind)
      try race.encode(to: encoder)
    }
  }
}

// Bounds that no honest line comes near; every error names its key.
extension KeyedDecodingContainer {
  func require(_ condition: Bool, _ key: Key, _ problem: @autoclosure () -> String) throws {
    guard condition else {
      throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: problem())
    }
  }

  /// A whole number within a range, 0 where it is missing and 0 is allowed.
  func whole(_ key: Key, in range: ClosedRange<Int>) throws -> Int {
    if !range.contains(0), !contains(key) {
      throw DecodingError.keyNotFound(
        key, DecodingError.Context(codingPath: codingPath, debugDescription: ""))
    }
    let value = try count(key)
    try require(
      range.contains(value), key,
      "\(value) is not from \(range.lowerBound) to \(range.upperBound)")
    return value
  }

  /// A text without control characters, not empty.
  func word(_ key: Key, limit: Int) throws -> String {
    let text = try decode(String.self, forKey: key)
    try require(
      !text.isEmpty && text.isPlain(upTo: limit), key,
      "must be a text of 1 to \(limit) bytes without control characters")
    return text
  }

  /// A number from 0 on; nil where it is missing.
  func amount(_ key: Key, upTo limit: Double) throws -> Double? {
    guard let value = try decodeIfPresent(Double.self, forKey: key) else { return nil }
    try require(value >= 0 && value <= limit, key, "\(value) is not from 0 to \(limit)")
    return value
  }

  /// Numbers from 0 on; none where they are missing.
  func amounts(_ key: Key, upTo limit: Double) throws -> [Double] {
    let values = try decodeIfPresent([Double].self, forKey: key) ?? []
    try requireAmounts(values, key, upTo: limit)
    return values
  }

  func requireAmounts(_ values: [Double], _ key: Key, upTo limit: Double) throws {
    try require(values.count <= 100_000, key, "has more than 100000 numbers")
    if let bad = values.first(where: { !($0 >= 0 && $0 <= limit) }) {
      try require(false, key, "has \(bad), which is not from 0 to \(limit)")
    }
  }

  /// One of an enumeration's texts.
  func choice<Value: RawRepresentable<String>>(_ key: Key, _ type: Value.Type) throws -> Value {
    let text = try decode(String.self, forKey: key)
    guard let value = Value(rawValue: text) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "\"\(text.prefix(40))\" is unknown")
    }
    return value
  }
}

extension String {
  /// Whether it has at most so many bytes and no control characters.
  func isPlain(upTo limit: Int) -> Bool {
    utf8.count <= limit
      && unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}
