/// A tensor whose numbers are known when a model is imported.
struct Constant: Equatable {
  /// Element types are not told apart further: shapes are computed with whole numbers, weights are
  /// floats.
  enum Values: Equatable {
    /// Booleans are 0 and 1.
    case ints([Int])
    case floats([Float])
  }

  /// Empty for a single number.
  let dims: [Int]
  let values: Values

  /// - Throws: `OnnxError` where the numbers are not as many as `dims` says.
  init(dims: [Int], _ values: Values) throws {
    self.dims = dims
    self.values = values
    guard try Self.count(dims) == count else {
      throw OnnxError("\(count) values for a tensor of \(Self.text(dims))")
    }
  }

  init(_ value: Int) {
    dims = []
    values = .ints([value])
  }

  /// One dimension.
  init(_ list: [Int]) {
    dims = [list.count]
    values = .ints(list)
  }

  var count: Int {
    switch values {
    case .ints(let values): values.count
    case .floats(let values): values.count
    }
  }

  var isFloat: Bool { if case .floats = values { true } else { false } }

  /// - Throws: `OnnxError` for fractions: this is asked for shapes, axes and pads.
  func ints() throws -> [Int] {
    switch values {
    case .ints(let values): return values
    case .floats: throw OnnxError("whole numbers are needed where floats are given")
    }
  }

  var floats: [Float] {
    switch values {
    case .ints(let values): values.map(Float.init)
    case .floats(let values): values
    }
  }

  /// The number that all elements are, if they are the same.
  var scalar: Float? {
    let values = floats
    guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  func reshaped(_ dims: [Int]) throws -> Constant { try Constant(dims: dims, values) }

  /// Elements at `indices`, in that order.
  func picking(_ indices: [Int], dims: [Int]) throws -> Constant {
    switch values {
    case .ints(let values): try Constant(dims: dims, .ints(indices.map { values[$0] }))
    case .floats(let values): try Constant(dims: dims, .floats(indices.map { values[$0] }))
    }
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
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= countLimit else {
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
