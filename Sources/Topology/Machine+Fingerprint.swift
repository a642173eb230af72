import Base

/// The hardware facts that decide timings, field by field, and a short name for all of them.
///
/// Two machines with one fingerprint run one plan alike. Host name, operating system, affinity and
/// quota are not in it: they change while the hardware stays. Nor is the memory's size: it does not
/// change timings, and a virtual machine's grew from 5 to 24 GB within minutes.
public struct MachineFingerprint: Codable, Sendable, Hashable {
  public struct Field: Codable, Sendable, Hashable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// In a fixed order.
  public let fields: [Field]
  /// Twelve hexadecimal digits over the fields (64-bit FNV-1a, its upper 48 bits).
  public let id: String

  public init(fields: [Field]) {
    self.fields = fields
    id = Self.hash(fields)
  }

  public subscript(name: String) -> String? {
    fields.first { $0.name == name }?.value
  }

  /// A fact that another machine does not share.
  public struct Difference: Sendable, Hashable, CustomStringConvertible {
    public let name: String
    /// The value on record; nil when the record lacks the field.
    public let recorded: String?
    /// The value here; nil when this version knows no such field.
    public let here: String?
    /// What it does to a plan, in words.
    public let consequence: String

    public var description: String {
      "\(name): \(recorded ?? "not recorded") there, \(here ?? "unknown") here; \(consequence)"
    }
  }

  /// What differs between a recorded fingerprint and this one, in the order of the fields.
  public func differences(from recorded: MachineFingerprint) -> [Difference] {
    let names =
      fields.map(\.name)
      + recorded.fields.map(\.name).filter { name in
        !fields.contains { $0.name == name }
      }
    return names.compactMap { name in
      guard self[name] != recorded[name] else { return nil }
      return Difference(
        name: name, recorded: recorded[name], here: self[name],
        consequence: Self.consequences[name] ?? "its effect is unknown")
    }
  }

  private static let consequences = [
    "cpu": "other strategies may be faster: tune again",
    "family": "another core design: tune again",
    "architecture": "the kernels differ: tune again",
    "isa": "kernels of a missing instruction set cannot run",
    "packages": "matters when threads span packages",
    "cores": "matters for the number of threads",
    "threads per core": "matters only with --smt",
    "caches": "blocking was chosen for other cache sizes: tune again",
    "numa": "matters when threads span nodes",
  ]

  private static func hash(_ fields: [Field]) -> String {
    FNV1a(fields.map { "\($0.name)=\($0.value)\n" }.joined()).hexadecimal(digits: 12)
  }
}

extension Machine {
  public var fingerprint: MachineFingerprint {
    var fields: [MachineFingerprint.Field] = []
    func add(_ name: String, _ value: String) {
      fields.append(.init(name: name, value: value))
    }
    add("cpu", cpuModel)
    add("family", cpuFamily)
    add("architecture", architecture)
    add("isa", instructionSets.map(\.rawValue).joined(separator: " "))
    add("packages", "\(packages.count)")
    add("cores", coreText)
    add("threads per core", "\(threadsPerCore)")
    add("caches", cacheSummary.map(\.shape.description).joined(separator: ", "))
    add("numa", "\(numaNodes.count)")
    return MachineFingerprint(fields: fields)
  }

  /// Such as `64`, or `8 P + 16 E` where there are kinds.
  var coreText: String {
    guard !kinds.isEmpty else { return "\(cores.count)" }
    return kinds.indices.map { kind in
      "\(cores.count { $0.kind == kind }) \(kinds[kind].name)"
    }.joined(separator: " + ")
  }
}
