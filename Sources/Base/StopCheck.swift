/// Whether work that takes long is to end before it is done: an interrupt, a bound on its time.
///
/// Whoever works asks now and then, from any thread; once it was true it stays true.
public struct StopCheck: Sendable {
  public let isRequested: @Sendable () -> Bool

  public init(_ isRequested: @escaping @Sendable () -> Bool) { self.isRequested = isRequested }

  public static let never = StopCheck { false }

  /// - Throws: `Stopped` where it is requested.
  public func check() throws {
    if isRequested() { throw Stopped() }
  }
}

/// Work that was ended before it was done; there is no result.
public struct Stopped: Error, Equatable, CustomStringConvertible {
  public init() {}
  public var description: String { "stopped before the end" }
}
