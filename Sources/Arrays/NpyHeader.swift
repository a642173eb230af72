/// What stands in front of a `.npy` file's values: a version, and a Python dictionary as text.
///
///     {'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 224, 224), }
struct NpyHeader {
  let shape: [Int]
  /// The product of the shape.
  let count: Int
  /// Bytes before the first value.
  let size: Int

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// NumPy's own limit, below which it trusts a header.
  static let byteLimit = 10_000
  static let dimensionLimit = 64

  /// - Throws: `ArrayError` where it is none, or one of another type or order than float32, C.
  init(_ source: ByteSource) throws {
    let name = source.name
    guard source.count >= 10 else {
      throw ArrayError("\(name): \(source.count) bytes are no NumPy array")
    }
    let start = try source.bytes(at: 0, count: 10)
    guard start.starts(with: Self.magic) else {
      throw ArrayError("\(name): is no NumPy array; numpy.save writes one")
    }
    let length: Int
    let offset: Int
    switch start[6] {
    case 1: (length, offset) = (start.number16(at: 8), 10)
    case 2, 3: (length, offset) = (try source.bytes(at: 8, count: 4).number32(at: 0), 12)
    default: throw ArrayError("\(name): NumPy's format \(start[6]); versions 1 to 3 are read")
    }
    guard length <= Self.byteLimit else {
      throw ArrayError("\(name): a header of \(length) bytes; at most \(Self.byteLimit) are read")
    }
    size = offset + length
    let text = try source.bytes(at: offset, count: length)
    guard let fields = PythonDictionary(text)?.fields else {
      throw ArrayError("\(name): its header is damaged; numpy.save writes a good one")
    }
    try Self.checkType(fields["descr"], name)
    guard case .boolean(let isFortran)? = fields["fortran_order"] else {
      throw ArrayError("\(name): its header does not say fortran_order")
    }
    guard !isFortran else {
      throw ArrayError("\(name): in Fortran order; save numpy.ascontiguousarray(x)")
    }
    guard case .tuple(let shape)? = fields["shape"], shape.count <= Self.dimensionLimit else {
      throw ArrayError("\(name): its header does not say the shape")
    }
    self.shape = shape
    count = try Self.count(shape, name)
  }

  private static func checkType(_ field: PythonDictionary.Value?, _ name: String) throws {
    guard case .text(let type)? = field else {
      throw ArrayError("\(name): no plain array of numbers; save x.astype(\"float32\")")
    }
    guard type == "<f4" else {
      let what = type == ">f4" ? "big-endian" : "of type \(type.prefix(20).debugDescription)"
      throw ArrayError("\(name): \(what); save x.astype(\"<f4\")")
    }
  }

  private static func count(_ shape: [Int], _ name: String) throws -> Int {
    // An empty dimension would hide an overflow of the others.
    guard !shape.contains(0) else { throw ArrayError("\(name): an array without values") }
    var count = 1
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= Int.max / 4 else {
        throw ArrayError("\(name): its shape is impossibly large")
      }
      count = product
    }
    return count
  }
}
