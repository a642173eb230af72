import Foundation

extension Constant {
  /// Decodes a tensor of the file.
  ///
  /// Halves become floats, all whole numbers `Int`; `type` remembers what they were.
  ///
  /// - Throws: `OnnxError` where data and shape disagree or the type is none of these.
  init(_ tensor: Onnx_TensorProto, external: ExternalData) throws {
    let dims = tensor.dims.map(Int.init)
    let count = try Self.count(dims)
    guard !tensor.hasSegment else { throw OnnxError("is stored in segments; give it whole") }
    guard
      let type = Onnx_TensorProto.DataType(rawValue: Int(tensor.dataType)).flatMap(ElementType.init)
    else { throw Self.unsupported(tensor.dataType) }
    let values: Values
    if tensor.dataLocation == .external || !tensor.rawData.isEmpty {
      let size = type.byteCount
      let data =
        tensor.dataLocation == .external
        ? try external.read(tensor.externalData, byteCount: count * size) : tensor.rawData
      guard data.count == count * size else {
        throw OnnxError(
          "has \(data.count) bytes of data; \(Self.text(dims)) needs \(count * size)")
      }
      values = try Self.decoded(data, type)
    } else {
      values = try Self.typed(tensor, type)
    }
    try self.init(dims: dims, values, type: type)
  }

  private static func unsupported(_ type: Int32) -> OnnxError {
    let name = Onnx_TensorProto.DataType(rawValue: Int(type)).map { "\($0)" } ?? "\(type)"
    return OnnxError(
      "has element type \(name.printable(limit: 20)); float32 (or float16, float64), integers and "
        + "booleans are supported")
  }

  private static func whole(_ value: UInt64) throws -> Int {
    guard let whole = Int(exactly: value) else {
      throw OnnxError("has \(value), which is more than \(Int.max)")
    }
    return whole
  }

  /// Little-endian bytes.
  private static func decoded(_ data: Data, _ type: ElementType) throws -> Values {
    func list<Bits: FixedWidthInteger>(_ bits: Bits.Type) -> [Bits] {
      let values = [Bits](unsafeUninitializedCapacity: data.count / MemoryLayout<Bits>.size) {
        data.copyBytes(to: UnsafeMutableRawBufferPointer($0))
        $1 = data.count / MemoryLayout<Bits>.size
      }
      return Bits(1).littleEndian == 1 ? values : values.map { Bits(littleEndian: $0) }
    }
    switch type {
    case .float: return .floats(list(UInt32.self).map(Float.init(bitPattern:)))
    case .double: return .doubles(list(UInt64.self).map(Double.init(bitPattern:)))
    case .half: return .floats(list(UInt16.self).map { Float(Float16(bitPattern: $0)) })
    case .bfloat: return .floats(list(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) })
    case .bool: return .ints(list(UInt8.self).map { $0 == 0 ? 0 : 1 })
    case .uint8: return .ints(list(UInt8.self).map(Int.init))
    case .int8: return .ints(list(Int8.self).map(Int.init))
    case .uint16: return .ints(list(UInt16.self).map(Int.init))
    case .int16: return .ints(list(Int16.self).map(Int.init))
    case .uint32: return .ints(list(UInt32.self).map(Int.init))
    case .int32: return .ints(list(Int32.self).map(Int.init))
    case .uint64: return .ints(try list(UInt64.self).map(whole))
    case .int64: return .ints(list(Int64.self).map(Int.init))
    }
  }

  /// The fields of the file format that hold numbers rather than bytes.
  private static func typed(_ tensor: Onnx_TensorProto, _ type: ElementType) throws -> Values {
    switch type {
    case .float: .floats(tensor.floatData)
    case .double: .doubles(tensor.doubleData)
    case .half:
      .floats(
        tensor.int32Data.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
    case .bfloat:
      .floats(tensor.int32Data.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) })
    case .int64: .ints(tensor.int64Data.map(Int.init))
    case .uint64, .uint32: .ints(try tensor.uint64Data.map(whole))
    case .bool: .ints(tensor.int32Data.map { $0 == 0 ? 0 : 1 })
    case .int8, .uint8, .int16, .uint16, .int32: .ints(tensor.int32Data.map(Int.init))
    }
  }
}
