import Base

/// A group of sources that decide the speed of every strategy built on them. Which files they are,
/// and what they looked like at each revision, is in `scripts/revisions.tsv`; `scripts/check-revisions`
/// compares.
public enum KernelFamily: String, Sendable, Hashable, CaseIterable {
  /// Vectors, masks, activations: under every kernel.
  case vector = "vector-kernels"
  /// The register tile and the loop nest around it.
  case band = "band-kernels"
  case depthwise = "depthwise-kernels"
  case winograd = "winograd-kernels"
  /// Several layers band by band.
  case fused = "fused-blocks"

  /// Raised with every change of its sources that may change a time.
  public var revision: Int {
    switch self {
    case .vector: 1
    case .band: 1
    case .depthwise: 1
    case .winograd: 1
    case .fused: 1
    }
  }
}

/// Which kernels a time was measured with: the revisions of everything that decides a candidate's
/// speed. Times of the same candidate may be put side by side where their signatures are equal.
///
/// A race has one for all its candidates, so a change of the depthwise kernels costs the races that
/// have depthwise candidates and no others.
public struct KernelSignature: Hashable, Sendable {
  /// Strategies and families by name; empty where it was not recorded.
  public let revisions: [String: Int]

  init(revisions: [String: Int]) { self.revisions = revisions }

  /// Of times that were measured before signatures were recorded.
  public static let unknown = KernelSignature(revisions: [:])

  /// Of all strategies and families.
  public static let current = KernelSignature(of: StrategyTable.all, isFused: true)

  /// - Parameter isFused: for blocks of several layers.
  public init(of strategies: some Sequence<any ConvolutionStrategy>, isFused: Bool = false) {
    var revisions: [String: Int] = [:]
    var families: Set<KernelFamily> = [.vector]
    for strategy in strategies {
      revisions[strategy.name] = strategy.revision
      families.formUnion(strategy.families)
    }
    if isFused { families.insert(.fused) }
    for family in families { revisions[family.rawValue] = family.revision }
    self.revisions = revisions
  }

  /// Of candidates; a strategy that this version does not know counts for nothing.
  public init(of candidates: some Sequence<Candidate>, isFused: Bool = false) {
    let names = Set(candidates.map(\.strategy))
    self.init(of: StrategyTable.all.filter { names.contains($0.name) }, isFused: isFused)
  }

  public var isUnknown: Bool { revisions.isEmpty }

  /// Whether this program's kernels are those.
  public var isCurrent: Bool { !isUnknown && differences(from: .current).isEmpty }

  /// Of these and those together; nil where they contradict one another.
  public func union(_ other: KernelSignature) -> KernelSignature? {
    guard agrees(with: other) else { return nil }
    return KernelSignature(revisions: revisions.merging(other.revisions) { a, _ in a })
  }

  /// The names here whose revision is another, or missing, there; `present` may have more.
  ///
  /// - Parameter present: such as `current`.
  public func differences(
    from present: KernelSignature
  ) -> [(name: String, stored: Int, present: Int?)] {
    revisions.sorted { $0.key < $1.key }.compactMap { name, revision in
      let here = present.revisions[name]
      return here == revision ? nil : (name, revision, here)
    }
  }

  /// Whether every name that both have is of one revision, and neither is unknown alone.
  public func agrees(with other: KernelSignature) -> Bool {
    isUnknown == other.isUnknown
      && revisions.allSatisfy { name, revision in
        other.revisions[name].map { $0 == revision } ?? true
      }
  }

  /// Eight hexadecimal digits over all of it (FNV-1a), for tables.
  public var id: String {
    isUnknown ? "unknown" : FNV1a(description).hexadecimal(digits: 8)
  }
}

extension KernelSignature: LosslessStringConvertible {
  /// Such as `band-kernels.1 direct.2 vector-kernels.1`, or `unknown`.
  public var description: String {
    isUnknown
      ? "unknown"
      : revisions.sorted { $0.key < $1.key }.map { "\($0).\($1)" }.joined(separator: " ")
  }

  /// Reads `description`.
  public init?(_ text: String) {
    if text == "unknown" {
      self = .unknown
      return
    }
    var revisions: [String: Int] = [:]
    for word in text.split(separator: " ") {
      let sides = word.split(separator: ".")
      guard sides.count == 2, let revision = Int(sides[1]), revision > 0,
        sides[0].utf8.count <= 40,
        sides[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }),
        revisions.updateValue(revision, forKey: String(sides[0])) == nil
      else { return nil }
    }
    guard !revisions.isEmpty, revisions.count <= 64 else { return nil }
    self.revisions = revisions
  }
}

extension KernelSignature: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let signature = KernelSignature(text) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "\"\(text.prefix(40))\" is not of the form name.revision name.revision")
      )
    }
    self = signature
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
