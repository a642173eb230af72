/// A measured number with its unit: such numbers are added, scaled and compared, and two of them
/// divided give a ratio, but they do not mix with other units or with plain numbers.
///
/// In files a quantity is its plain number; the key or column says the unit.
public protocol Quantity: Hashable, Comparable, AdditiveArithmetic, Sendable, Codable,
  ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
{
  /// In the unit that the type is named after.
  var value: Double { get }
  init(_ value: Double)
}

extension Quantity {
  public init(floatLiteral value: Double) { self.init(value) }
  public init(integerLiteral value: Int) { self.init(Double(value)) }

  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(Double.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }

  public static var infinity: Self { Self(.infinity) }

  @inline(__always)
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
  @inline(__always)
  public static func + (left: Self, right: Self) -> Self { Self(left.value + right.value) }
  @inline(__always)
  public static func - (left: Self, right: Self) -> Self { Self(left.value - right.value) }
  @inline(__always)
  public static func * (left: Double, right: Self) -> Self { Self(left * right.value) }
  @inline(__always)
  public static func / (left: Self, right: Double) -> Self { Self(left.value / right) }
  @inline(__always)
  public static func / (left: Self, right: Self) -> Double { left.value / right.value }
}

/// A length of time.
public struct Nanoseconds: Quantity {
  public let value: Double

  @inline(__always)
  public init(_ value: Double) { self.value = value }

  public static func milliseconds(_ value: Double) -> Nanoseconds { Nanoseconds(value * 1e6) }
  public static func seconds(_ value: Double) -> Nanoseconds { Nanoseconds(value * 1e9) }

  public var milliseconds: Double { value / 1e6 }
  public var seconds: Double { value / 1e9 }
}

/// A speed: billions of floating-point operations a second.
public struct Gflops: Quantity {
  public let value: Double

  @inline(__always)
  public init(_ value: Double) { self.value = value }

  /// - Parameter time: 0 counts as a nanosecond, the clock's step.
  @inline(__always)
  public init(operations: Double, in time: Nanoseconds) {
    value = operations / max(time.value, 1)
  }
}
