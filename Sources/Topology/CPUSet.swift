/// A set of hardware threads (hwloc's processing units), by the operating system's index.
///
/// Its text is the kernel's list format, `0-3,8`, which is also how it is encoded.
public struct CPUSet: Hashable, Sendable {
  /// The members, ascending and unique.
  public let members: [Int]

  public init(_ members: some Sequence<Int>) {
    self.members = Set(members).sorted()
  }

  public static let empty = CPUSet([])

  public var count: Int { members.count }
  public var isEmpty: Bool { members.isEmpty }

  public func contains(_ cpu: Int) -> Bool {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if members[middle] == cpu { return true }
      if members[middle] < cpu { low = middle + 1 } else { high = middle }
    }
    return false
  }

  public func intersection(_ other: CPUSet) -> CPUSet {
    CPUSet(members.filter(other.contains))
  }

  public func union(_ other: CPUSet) -> CPUSet {
    CPUSet(members + other.members)
  }

  public func isSuperset(of other: CPUSet) -> Bool {
    other.members.allSatisfy(contains)
  }
}

extension CPUSet: CustomStringConvertible {
  public var description: String {
    var ranges: [String] = []
    var index = 0
    while index < members.count {
      let first = members[index]
      var last = first
      while index + 1 < members.count, members[index + 1] == last + 1 {
        index += 1
        last += 1
      }
      ranges.append(first == last ? "\(first)" : "\(first)-\(last)")
      index += 1
    }
    return ranges.joined(separator: ",")
  }
}

extension CPUSet: Codable {
  /// The largest index a text may name: a bound on what hostile text can make us allocate.
  private static let largestIndex = 1 << 20

  /// Reads the kernel's list format; nil when the text is not one.
  public init?(text: String) {
    var members: [Int] = []
    for range in text.split(separator: ",", omittingEmptySubsequences: false) where !text.isEmpty {
      let bounds = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard bounds.count <= 2, let first = bounds.first ?? nil, let last = bounds.last ?? nil,
        first >= 0, first <= last, last <= Self.largestIndex
      else { return nil }
      guard members.count <= Self.largestIndex else { return nil }
      members.append(contentsOf: first...last)
    }
    self.init(members)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let set = CPUSet(text: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "not a CPU list such as 0-3,8")
    }
    self = set
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
