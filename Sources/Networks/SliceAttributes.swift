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

  func outputShape(input: TensorShape) throws -> TensorShape {
    try channels?.check("channels", of: input.channels)
    try rows?.check("rows", of: input.height)
    try columns?.check("columns", of: input.width)
    return TensorShape(
      batch: input.batch, channels: channels?.count ?? input.channels,
      height: rows?.count ?? input.height, width: columns?.count ?? input.width)
  }
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
