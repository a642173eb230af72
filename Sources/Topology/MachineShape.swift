/// How many of what a machine has: what its fingerprint says of its parts, as numbers.
public struct MachineShape: Hashable, Sendable {
  public let packages: Int
  public let cores: Int
  public let threadsPerCore: Int
  /// Outermost first.
  public let caches: [Caches]

  public init(packages: Int = 1, cores: Int, threadsPerCore: Int = 1, caches: [Caches] = []) {
    self.packages = packages
    self.cores = cores
    self.threadsPerCore = threadsPerCore
    self.caches = caches
  }

  /// Equal caches of a machine.
  public struct Caches: Hashable, Sendable {
    public let count: Int
    /// `L3`, `L1d`, `L1i`.
    public let name: String
    public let bytes: UInt64
    /// Cores that share one.
    public let cores: Int

    public init(count: Int, name: String, bytes: UInt64, cores: Int) {
      self.count = count
      self.name = name
      self.bytes = bytes
      self.cores = cores
    }

    /// Whether it holds instructions alone.
    public var isForInstructions: Bool { name.hasSuffix("i") }
    /// Such as `32 MiB`.
    public var size: String { ByteText.binary(bytes) }
  }
}

/// The text of a fingerprint, by which files know machines: it stays as it is.
extension MachineShape.Caches: LosslessStringConvertible {
  /// Such as `8 × L3 32 MiB for 8 cores`.
  public var description: String { "\(count) × \(name) \(size) \(sharing)" }

  var sharing: String { cores == 1 ? "per core" : "for \(cores) cores" }

  public init?(_ description: String) {
    let words = description.split(separator: " ").map(String.init)
    guard words.count >= 7, words[1] == "×", let count = Int(words[0]), count > 0,
      let bytes = ByteText.bytes("\(words[3]) \(words[4])")
    else { return nil }
    self.init(
      count: count, name: words[2], bytes: bytes,
      cores: words[5] == "for" ? max(1, Int(words[6]) ?? 1) : 1)
  }
}

extension MachineFingerprint {
  /// As far as this version reads the fields, which any version may have written and any file may
  /// hold; nil where they do not say how many cores there are.
  public var shape: MachineShape? {
    func number(_ text: some StringProtocol) -> Int? {
      Int(text).flatMap { (1...1 << 16).contains($0) ? $0 : nil }
    }
    // `64`, or `8 P + 16 E`.
    let kinds = (self["cores"] ?? "").split(separator: "+").map {
      $0.split(separator: " ").first.flatMap(number)
    }
    guard !kinds.isEmpty, kinds.count <= 1 << 8 else { return nil }
    let cores = kinds.reduce(0) { $0 + ($1 ?? 0) }
    guard cores > 0 else { return nil }
    return MachineShape(
      packages: self["packages"].flatMap(number) ?? 1, cores: cores,
      threadsPerCore: self["threads per core"].flatMap(number) ?? 1,
      caches: (self["caches"] ?? "").split(separator: ",").compactMap {
        MachineShape.Caches(String($0))
      })
  }
}
