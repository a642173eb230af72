import Foundation

extension Constant {
  /// Decodes a tensor of the file.
  ///
  /// Halves and doubles become floats, all whole numbers `Int`.
  ///
  /// - Throws: `OnnxError` where data and shape disagree or the type is none of these.
  init(_ tensor: Onnx_TensorProto, external: ExternalData) throws {
    let dims = tensor.dims.map(Int.init)
    let count = try Self.count(dims)
    guard !tensor.hasSegment else { throw OnnxError("is stored in segments; give it whole") }
    let type = Onnx_TensorProto.DataType(rawValue: Int(tensor.dataType)) ?? .undefined
    if tensor.dataLocation == .external || !tensor.rawData.isEmpty {
      guard let size = Self.bytes(of: type) else { throw Self.unsupported(tensor.dataType) }
      let data =
        tensor.dataLocation == .external
        ? try external.read(tensor.externalData, byteCount: count * size) : tensor.rawData
      guard data.count == count * size else {
        throw OnnxError(
          "has \(data.count) bytes of data; \(Self.text(dims)) needs \(count * size)")
      }
      try self.init(dims: dims, try Self.decoded(data, type))
    } else {
      try self.init(dims: dims, try Self.typed(tensor, type))
    }
  }

  private static func unsupported(_ type: Int32) -> OnnxError {
    let name = Onnx_TensorProto.DataType(rawValue: Int(type)).map { "\($0)" } ?? "\(type)"
    return OnnxError(
      "has element type \(name.printable(limit: 20)); float32 (or float16, float64), integers and "
        + "booleans are supported")
  }

  private static func bytes(of type: Onnx_TensorProto.DataType) -> Int? {
    switch type {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float, .int32, .uint32: 4
    case .int64, .uint64, .double: 8
    default: nil
    }
  }

  /// Little-endian bytes.
  private static func decoded(_ data: Data, _ type: Onnx_TensorProto.DataType) throws -> Values {
    func list<Bits: FixedWidthInteger>(_ bits: Bits.Type) -> [Bits] {
      let values = [Bits](unsafeUninitializedCapacity: data.count / MemoryLayout<Bits>.size) {
        data.copyBytes(to: UnsafeMutableRawBufferPointer($0))
        $1 = data.count / MemoryLayout<Bits>.size
      }
      return Bits(1).littleEndian == 1 ? values : values.map { Bits(littleEndian: $0) }
    }
    switch type {
    case .float: return .floats(list(UInt32.self).map(Float.init(bitPattern:)))
    case .double: return .floats(list(UInt64.self).map { Float(Double(bitPattern: $0)) })
    case .float16: return .floats(list(UInt16.self).map { Float(Float16(bitPattern: $0)) })
    case .bfloat16: return .floats(list(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) })
    case .bool: return .ints(list(UInt8.self).map { $0 == 0 ? 0 : 1 })
    case .uint8: return .ints(list(UInt8.self).map(Int.init))
    case .int8: return .ints(list(Int8.self).map(Int.init))
    case .uint16: return .ints(list(UInt16.self).map(Int.init))
    case .int16: return .ints(list(Int16.self).map(Int.init))
    case .uint32: return .ints(list(UInt32.self).map(Int.init))
    case .int32: return .ints(list(Int32.self).map(Int.init))
    case .uint64: return .ints(list(UInt64.self).map(Int.init(clamping:)))
    case .int64: return .ints(list(Int64.self).map(Int.init))
    default: throw unsupported(Int32(type.rawValue))
    }
  }

  /// The fields of the file format that hold numbers rather than bytes.
  private static func typed(_ tensor: Onnx_TensorProto, _ type: Onnx_TensorProto.DataType) throws
    -> Values
  {
    switch type {
    case .float: .floats(tensor.floatData)
    case .double: .floats(tensor.doubleData.map { Float($0) })
    case .float16:
      .floats(
        tensor.int32Data.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
    case .bfloat16:
      .floats(tensor.int32Data.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) })
    case .int64: .ints(tensor.int64Data.map(Int.init))
    case .uint64, .uint32: .ints(tensor.uint64Data.map(Int.init(clamping:)))
    case .bool: .ints(tensor.int32Data.map { $0 == 0 ? 0 : 1 })
    case .int8, .uint8, .int16, .uint16, .int32: .ints(tensor.int32Data.map(Int.init))
    default: throw unsupported(tensor.dataType)
    }
  }
}
