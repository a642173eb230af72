/// The element types of constants, with the arithmetic of each: what a narrow integer wraps to and
/// what a half keeps of a number.
enum ElementType: Equatable {
  case float, double, half, bfloat
  case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64

  /// nil for text, complex numbers and the types of 8 bits and less that are no integers.
  init?(_ type: Onnx_TensorProto.DataType) {
    switch type {
    case .float: self = .float
    case .double: self = .double
    case .float16: self = .half
    case .bfloat16: self = .bfloat
    case .bool: self = .bool
    case .int8: self = .int8
    case .uint8: self = .uint8
    case .int16: self = .int16
    case .uint16: self = .uint16
    case .int32: self = .int32
    case .uint32: self = .uint32
    case .int64: self = .int64
    case .uint64: self = .uint64
    default: return nil
    }
  }

  var isFloat: Bool {
    switch self {
    case .float, .double, .half, .bfloat: true
    default: false
    }
  }

  var byteCount: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16, .half, .bfloat: 2
    case .float, .int32, .uint32: 4
    case .double, .int64, .uint64: 8
    }
  }

  /// The nearest number that the type holds, ties to even; of a type that is no float the number
  /// as it is.
  func rounded(_ value: Double) -> Double {
    switch self {
    case .float: Double(Float(value))
    case .half: Double(Float16(value))
    case .bfloat: Double(Self.bfloat(Float(value)))
    default: value
    }
  }

  /// Of the 32 bits the upper 16, rounded to nearest, ties to even.
  private static func bfloat(_ value: Float) -> Float {
    guard value.isFinite else { return value }
    let bits = value.bitPattern
    return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
  }

  /// The whole number modulo the type's range, as C's arithmetic and casts leave it; nil where the
  /// type has it and `Int` does not (halves of the unsigned 64 bits).
  func wrapped(_ value: Int) -> Int? {
    switch self {
    case .bool: value == 0 ? 0 : 1
    case .int8: Int(Int8(truncatingIfNeeded: value))
    case .uint8: Int(UInt8(truncatingIfNeeded: value))
    case .int16: Int(Int16(truncatingIfNeeded: value))
    case .uint16: Int(UInt16(truncatingIfNeeded: value))
    case .int32: Int(Int32(truncatingIfNeeded: value))
    case .uint32: Int(UInt32(truncatingIfNeeded: value))
    case .uint64: value < 0 ? nil : value
    case .int64, .float, .double, .half, .bfloat: value
    }
  }
}
