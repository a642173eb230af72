import Convolution

/// A part of a tensor: nil is all of an axis.
public struct SliceAttributes: Hashable, Sendable {
  public var channels: AxisSlice?
  public var rows: AxisSlice?
  public var columns: AxisSlice?

  public init(channels: AxisSlice? = nil, rows: AxisSlice? = nil, columns: AxisSlice? = nil) {
    self.channels = channels
    self.rows = rows
    self.columns = columns
  }
}

extension SliceAttributes: Rearranging {
  public var label: String { "slice" }

  public var signature: String {
    func text(_ slice: AxisSlice?) -> String {
      slice.map {
        "Optional(Networks.AxisSlice(first: \($0.first), count: \($0.count), step: \($0.step)))"
      } ?? "nil"
    }
    return "slice(Networks.SliceAttributes(channels: \(text(channels)), rows: \(text(rows)), "
      + "columns: \(text(columns))))"
  }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    let input = inputs[0]
    try channels?.check("channels", of: input.channels)
    try rows?.check("rows", of: input.height)
    try columns?.check("columns", of: input.width)
    return TensorShape(
      batch: input.batch, channels: channels?.count ?? input.channels,
      height: rows?.count ?? input.height, width: columns?.count ?? input.width)
  }

  public func rearrangement(input: TensorShape) -> Rearrangement {
    var result = Rearrangement(identity: input)
    result.channels = [channels.map(\.indices) ?? result.channels[0]]
    result.rows = rows?.indices ?? result.rows
    result.columns = columns?.indices ?? result.columns
    return result
  }
}

/// Output channel `i` is input channel `list[i]`.
public struct GatherChannels: Rearranging {
  public let list: [Int]

  public init(_ list: [Int]) { self.list = list }

  public var label: String { "gather" }
  public var signature: String { "gatherChannels(\(list))" }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    var result = inputs[0]
    if let channel = list.first(where: { !(0..<result.channels ~= $0) }) {
      throw GraphError("takes channel \(channel) of \(result.text)")
    }
    result.channels = list.count
    return result
  }

  public func rearrangement(input: TensorShape) -> Rearrangement {
    var result = Rearrangement(identity: input)
    result.channels = [list]
    return result
  }
}

extension Operation {
  public static func slice(_ attributes: SliceAttributes) -> Self { .of(attributes) }
  public static func gatherChannels(_ list: [Int]) -> Self { .of(GatherChannels(list)) }
}

/// `count` indices of an axis from `first` on, every `step`-th; a negative step goes backwards.
public struct AxisSlice: Hashable, Sendable {
  public var first: Int
  public var count: Int
  public var step: Int

  public init(first: Int, count: Int, step: Int = 1) {
    self.first = first
    self.count = count
    self.step = step
  }

  /// Valid once `check` has passed.
  var indices: [Int?] { (0..<count).map { first + $0 * step } }

  func check(_ what: String, of size: Int) throws {
    let (reach, overflow) = step.multipliedReportingOverflow(by: max(count, 1) - 1)
    guard count >= 1, step != 0, 0..<size ~= first, !overflow,
      0..<size ~= first.addingReportingOverflow(reach).partialValue
    else {
      throw GraphError(
        "takes \(count) \(what) from \(first) in steps of \(step); there are \(size)")
    }
  }
}
