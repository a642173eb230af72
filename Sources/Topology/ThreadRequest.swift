/// What a person asks for with `--threads`, `--smt` and `--bind`.
public struct ThreadRequest: Codable, Sendable, Hashable {
  public enum Count: Codable, Sendable, Hashable {
    /// One worker per physical core that may be used.
    case automatic
    case exactly(Int)

    /// Reads `auto` or a number of at least 1.
    public init(text: String) throws {
      if text == "auto" {
        self = .automatic
        return
      }
      guard let threads = Int(text) else {
        throw TopologyError("--threads \(text.prefix(40)): not a number; give auto or 1, 2, 3, …")
      }
      guard threads >= 1 else {
        throw TopologyError(
          "--threads \(threads): at least one thread is needed; give auto or 1, 2, …")
      }
      self = .exactly(threads)
    }
  }

  public enum Binding: Codable, Sendable, Hashable {
    /// Each worker on a hardware thread of its own.
    case core
    /// The operating system places and moves the workers.
    case none
    /// Like `core`, on the cores of one NUMA node (the operating system's number).
    case numa(Int)

    /// Reads `core`, `none` or `numa:N`.
    public init(text: String) throws {
      if text == "core" {
        self = .core
      } else if text == "none" {
        self = .none
      } else if text.hasPrefix("numa:"), let node = Int(text.dropFirst(5)), node >= 0 {
        self = .numa(node)
      } else {
        throw TopologyError("--bind \(text.prefix(40)): not one of core, none, numa:N")
      }
    }
  }

  public var count: Count
  /// Whether a core's second hardware thread may get a worker of its own.
  public var smt: Bool
  public var binding: Binding

  public init(count: Count = .automatic, smt: Bool = false, binding: Binding = .core) {
    self.count = count
    self.smt = smt
    self.binding = binding
  }

  /// Reads the three options' texts.
  public init(threads: String, smt: Bool, binding: String) throws {
    try self.init(count: Count(text: threads), smt: smt, binding: Binding(text: binding))
  }
}

extension ThreadRequest.Count: CustomStringConvertible {
  public var description: String {
    switch self {
    case .automatic: "auto"
    case .exactly(let threads): "\(threads)"
    }
  }
}

extension ThreadRequest.Binding: CustomStringConvertible {
  public var description: String {
    switch self {
    case .core: "core"
    case .none: "none"
    case .numa(let node): "numa:\(node)"
    }
  }
}
