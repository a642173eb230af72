import Convolution

/// A border that becomes part of the tensor.
public struct PadAttributes: Hashable, Sendable {
  /// What the border holds.
  public enum Mode: Hashable, Sendable {
    case constant(Float)
    /// The nearest element of the tensor.
    case edge
    /// The tensor mirrored at its first and last element, which are not repeated.
    case reflect
  }

  public var space: Halo
  public var channelsBefore: Int
  public var channelsBehind: Int
  public var mode: Mode

  public init(
    space: Halo, channelsBefore: Int = 0, channelsBehind: Int = 0, mode: Mode = .constant(0)
  ) {
    self.space = space
    self.channelsBefore = channelsBefore
    self.channelsBehind = channelsBehind
    self.mode = mode
  }
}

extension PadAttributes: Rearranging {
  public var label: String { "pad" }

  public var signature: String {
    let mode =
      switch mode {
      case .constant(let value): "constant(\(value))"
      case .edge: "edge"
      case .reflect: "reflect"
      }
    return "pad(Networks.PadAttributes(space: \(space.signature), "
      + "channelsBefore: \(channelsBefore), channelsBehind: \(channelsBehind), "
      + "mode: Networks.PadAttributes.Mode.\(mode)))"
  }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    let input = inputs[0]
    func extent(_ what: String, _ size: Int, _ before: Int, _ behind: Int) throws -> Int {
      // A mirrored element must be there.
      let limit = mode == .reflect ? size - 1 : ConvolutionProblem.fieldLimit
      for padding in [before, behind] where !(0...limit ~= padding) {
        throw GraphError("pads \(size) \(what) by \(padding); it must be from 0 to \(limit)")
      }
      return size + before + behind
    }
    return TensorShape(
      batch: input.batch,
      channels: try extent("channels", input.channels, channelsBefore, channelsBehind),
      height: try extent("rows", input.height, space.top, space.bottom),
      width: try extent("columns", input.width, space.left, space.right))
  }

  public func rearrangement(input: TensorShape) -> Rearrangement {
    var result = Rearrangement(identity: input)
    result.channels = [indices(input.channels, channelsBefore, channelsBehind)]
    result.rows = indices(input.height, space.top, space.bottom)
    result.columns = indices(input.width, space.left, space.right)
    if case .constant(let value) = mode { result.fill = value }
    return result
  }

  /// Source indices of an axis; nil in a constant border.
  private func indices(_ size: Int, _ before: Int, _ behind: Int) -> [Int?] {
    (-before..<size + behind).map { index in
      if 0..<size ~= index { return index }
      switch mode {
      case .constant: return nil
      case .edge: return min(max(index, 0), size - 1)
      case .reflect: return index < 0 ? -index : 2 * (size - 1) - index
      }
    }
  }
}

extension Operation {
  public static func pad(_ attributes: PadAttributes) -> Self { .of(attributes) }
}
