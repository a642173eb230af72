import Base
import Foundation
import Measurement
import Networks

/// What `convbench suite` runs: a JSON file such as `configs/classic.json`.
///
///     {
///       "name": "classic",
///       "duration": 3,
///       "networks": [{"net": "resnet50"}, {"net": "mobilenetv2", "resolution": 160}]
///     }
public struct SuiteFile: Sendable, Decodable {
  /// A network with its options; without them it is as in `convbench nets`.
  public struct Entry: Sendable, Hashable, Decodable {
    /// A name of the catalog, or an ONNX file's path.
    public let net: String
    public let batch: Int?
    public let resolution: Int?
    public let shortcut: Shortcut?
    public let identityLayers: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case net, batch, resolution, shortcut, identityLayers
    }

    public init(from decoder: any Decoder) throws {
      try decoder.refuseKeys(besides: CodingKeys.self)
      let c = try decoder.container(keyedBy: CodingKeys.self)
      net = try c.decode(String.self, forKey: .net)
      batch = try c.decodeIfPresent(Int.self, forKey: .batch)
      resolution = try c.decodeIfPresent(Int.self, forKey: .resolution)
      shortcut = try c.decodeIfPresent(String.self, forKey: .shortcut).map { text in
        guard let shortcut = Shortcut(rawValue: text) else {
          throw DecodingError.dataCorruptedError(
            forKey: .shortcut, in: c,
            debugDescription: "\(text.prefix(40).debugDescription) is none of A, B and C")
        }
        return shortcut
      }
      identityLayers = try c.decodeIfPresent(Int.self, forKey: .identityLayers)
    }

    /// Unique among sensible entries, and fit for a file's name.
    public var label: String {
      var text = net
      if net.hasSuffix(".onnx") {
        text = String(PathText.name(of: net).dropLast(".onnx".count))
      }
      if let batch, batch != 1 { text += "-batch\(batch)" }
      if let resolution { text += "-res\(resolution)" }
      if let shortcut { text += "-shortcut\(shortcut.rawValue)" }
      if let identityLayers { text += "-identity\(identityLayers)" }
      return text
    }

    /// The options as they would be typed.
    public var arguments: [String] {
      var arguments = ["--net", net]
      if let batch { arguments.append("--batch=\(batch)") }
      if let resolution { arguments.append("--resolution=\(resolution)") }
      if let shortcut { arguments.append("--shortcut=\(shortcut.rawValue)") }
      if let identityLayers { arguments.append("--identity-layers=\(identityLayers)") }
      return arguments
    }
  }

  public let name: String
  /// Seconds to measure each network; nil is `convbench run`'s default.
  public let duration: Double?
  public let networks: [Entry]

  private enum CodingKeys: String, CodingKey, CaseIterable { case name, duration, networks }

  public init(from decoder: any Decoder) throws {
    try decoder.refuseKeys(besides: CodingKeys.self)
    let c = try decoder.container(keyedBy: CodingKeys.self)
    name = try c.decode(String.self, forKey: .name)
    duration = try c.decodeIfPresent(Double.self, forKey: .duration)
    networks = try c.decode([Entry].self, forKey: .networks)
  }

  /// What is run and how, as text: another list under the same name has another one.
  public var contents: String {
    ([duration.map { "\($0)" } ?? "-"] + networks.flatMap(\.arguments)).joined(separator: " ")
  }

  private static let byteLimit = 1 << 20
  private static let entryLimit = 10_000

  /// - Throws: `FileError`, or `SuiteError` naming the place in the file.
  public static func read(_ path: String) throws -> SuiteFile {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileError("read", path, errno: errno)
    }
    let data: Data
    do { data = try handle.read(upToCount: byteLimit + 1) ?? Data() } catch {
      throw FileError("read", path, errno: EISDIR)
    }
    return try parse(data, path: path)
  }

  package static func parse(_ data: Data, path: String) throws -> SuiteFile {
    guard data.count <= byteLimit else {
      throw SuiteError("\(path) is larger than \(NumberText.bytes(byteLimit)), which no suite is")
    }
    // Deep nesting is refused before a recursive parser meets it.
    guard data.count(where: { $0 == UInt8(ascii: "[") }) < 16 else {
      throw SuiteError("\(path) is no suite: it has more lists than one")
    }
    let suite: SuiteFile
    do { suite = try JSONDecoder().decode(SuiteFile.self, from: data) } catch {
      throw SuiteError("\(path): \(reason(error))")
    }
    try suite.check(path)
    return suite
  }

  private func check(_ path: String) throws {
    let isFileName = { (text: String) in
      !text.isEmpty && text.utf8.count <= 100 && !text.hasPrefix(".")
        && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
    }
    guard isFileName(name) else {
      throw SuiteError("\(path): name must be letters, digits, - . _")
    }
    if let duration, !(0.01...86_400).contains(duration) {
      throw SuiteError("\(path): duration is \(duration), must be seconds from 0.01 to 86400")
    }
    guard (1...Self.entryLimit).contains(networks.count) else {
      throw SuiteError(
        "\(path): networks has \(networks.count) entries, must be 1 to \(Self.entryLimit)")
    }
    var seen: Set<String> = []
    for (index, entry) in networks.enumerated() {
      guard isFileName(entry.label) else {
        throw SuiteError("\(path): networks[\(index)].net: no network has such a name")
      }
      guard seen.insert(entry.label).inserted else {
        throw SuiteError("\(path): networks[\(index)]: \(entry.label) is there twice")
      }
    }
  }

  private static func reason(_ error: any Error) -> String {
    func place(_ keys: [any CodingKey]) -> String {
      keys.reduce("") { text, key in
        if let index = key.intValue { return text + "[\(index)]" }
        return text + (text.isEmpty ? "" : ".") + key.stringValue.prefix(40)
      }
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "\(place(context.codingPath + [key])) is missing"
    case DecodingError.typeMismatch(let type, let context):
      return "\(place(context.codingPath)) is not of type \(type)"
    case DecodingError.valueNotFound(_, let context):
      return "\(place(context.codingPath)) is null"
    case let error as UnknownKey:
      return "\(place(error.path)) is no key; there \(error.known.count == 1 ? "is" : "are") "
        + error.known.joined(separator: ", ")
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      return "\(place(context.codingPath)) is impossible: \(context.debugDescription)"
    default: return "is no complete JSON document, or has a number beyond all bounds"
    }
  }
}

/// A key of a JSON object that nobody reads: most likely a typing error.
private struct UnknownKey: Error {
  let path: [any CodingKey]
  let known: [String]
}

/// Whatever key an object has.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// - Throws: `UnknownKey` for a key that is none of the type's.
  fileprivate func refuseKeys<Keys: CodingKey & CaseIterable & RawRepresentable<String>>(
    besides _: Keys.Type
  ) throws {
    let known = Keys.allCases.map(\.rawValue)
    for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
      throw UnknownKey(path: codingPath + [key], known: known)
    }
  }
}

/// A suite that cannot be run: one line with the file and the place in it.
public struct SuiteError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
