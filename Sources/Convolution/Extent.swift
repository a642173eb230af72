/// A height and a width, in pixels, taps or steps.
public struct Extent: Hashable, Sendable, Codable {
  public var height: Int
  public var width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// A square.
  public init(_ side: Int) { self.init(side, side) }

  /// `height * width`.
  public var count: Int { height * width }
}

/// A border around a plane, in pixels.
public struct Halo: Hashable, Sendable, Codable {
  public var top: Int
  public var left: Int
  public var bottom: Int
  public var right: Int

  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  public static let none = Halo()

  /// The smallest halo that holds both.
  public func union(_ other: Halo) -> Halo {
    Halo(
      top: max(top, other.top), left: max(left, other.left), bottom: max(bottom, other.bottom),
      right: max(right, other.right))
  }
}
