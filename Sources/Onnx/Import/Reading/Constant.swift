/// A tensor whose numbers are known when a model is imported.
struct Constant: Equatable {
  enum Values: Equatable {
    /// Booleans are 0 and 1.
    case ints([Int])
    /// 32 bits and narrower.
    case floats([Float])
    case doubles([Double])
  }

  /// Empty for a single number.
  let dims: [Int]
  let values: Values
  /// What arithmetic on the numbers rounds or wraps to.
  let type: ElementType

  /// - Parameter type: nil is 64 bits for whole numbers and doubles, 32 for floats.
  /// - Throws: `OnnxError` where the numbers are not as many as `dims` says.
  init(dims: [Int], _ values: Values, type: ElementType? = nil) throws {
    self.dims = dims
    self.values = values
    switch values {
    case .ints: self.type = type ?? .int64
    case .floats: self.type = type ?? .float
    case .doubles: self.type = .double
    }
    guard try Self.count(dims) == count else {
      throw OnnxError("\(count) values for a tensor of \(Self.text(dims))")
    }
  }

  /// Numbers computed in Double, rounded to a type of floats.
  init(dims: [Int], rounding numbers: [Double], to type: ElementType) throws {
    try self.init(
      dims: dims,
      type == .double ? .doubles(numbers) : .floats(numbers.map { Float(type.rounded($0)) }),
      type: type)
  }

  init(_ value: Int) {
    dims = []
    values = .ints([value])
    type = .int64
  }

  /// One dimension.
  init(_ list: [Int]) {
    dims = [list.count]
    values = .ints(list)
    type = .int64
  }

  var count: Int {
    switch values {
    case .ints(let values): values.count
    case .floats(let values): values.count
    case .doubles(let values): values.count
    }
  }

  /// - Throws: `OnnxError` for fractions: this is asked for shapes, axes and pads.
  func ints() throws -> [Int] {
    guard case .ints(let values) = values else {
      throw OnnxError("whole numbers are needed where floats are given")
    }
    return values
  }

  var floats: [Float] {
    switch values {
    case .ints(let values): values.map(Float.init)
    case .floats(let values): values
    case .doubles(let values): values.map { Float($0) }
    }
  }

  var doubles: [Double] {
    switch values {
    case .ints(let values): values.map(Double.init)
    case .floats(let values): values.map(Double.init)
    case .doubles(let values): values
    }
  }

  /// The number that all elements are, if they are the same.
  var scalar: Float? {
    let values = floats
    guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  func reshaped(_ dims: [Int]) throws -> Constant { try Constant(dims: dims, values, type: type) }

  /// Elements at `indices`, in that order.
  func picking(_ indices: [Int], dims: [Int]) throws -> Constant {
    let chosen: Values =
      switch values {
      case .ints(let values): .ints(indices.map { values[$0] })
      case .floats(let values): .floats(indices.map { values[$0] })
      case .doubles(let values): .doubles(indices.map { values[$0] })
      }
    return try Constant(dims: dims, chosen, type: type)
  }

  // MARK: Shapes

  /// More elements than any weight tensor has.
  static let countLimit = 1 << 31

  /// The product of extents.
  ///
  /// - Throws: `OnnxError` where one is negative or they multiply past `countLimit`.
  static func count(_ dims: [Int]) throws -> Int {
    var count = 1
    for extent in dims {
      guard extent >= 0 else {
        throw OnnxError("a tensor of \(text(dims)) has an extent of \(extent)")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= countLimit else {
        throw OnnxError("a tensor of \(text(dims)) has more than \(countLimit) elements")
      }
      count = product
    }
    return count
  }

  /// `n×c×h×w`, `1 element` for no dimensions.
  static func text(_ dims: [Int]) -> String {
    guard !dims.isEmpty else { return "1 element" }
    return dims.prefix(10).map(String.init).joined(separator: "×") + (dims.count > 10 ? "×…" : "")
  }

  /// Steps between neighbours of every dimension, row by row.
  static func strides(_ dims: [Int]) -> [Int] {
    var result = [Int](repeating: 1, count: dims.count)
    for i in dims.indices.dropLast().reversed() { result[i] = result[i + 1] &* dims[i + 1] }
    return result
  }
}
