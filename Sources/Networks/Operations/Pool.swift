import Convolution

/// A pooling window.
public struct PoolAttributes: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable { case max, average }

  public var kind: Kind
  public var kernel: Extent
  public var stride: Extent
  /// Must be smaller than the kernel. Padding never wins a maximum.
  public var padding: Halo
  /// A last window that reaches beyond the padded input counts too, provided that it starts inside
  /// the input or the padding before it.
  public var ceilMode: Bool
  /// Whether an average divides by the padding's pixels too. What a window has beyond the padding
  /// (ceil mode) never counts.
  public var countIncludesPadding: Bool

  public init(
    kind: Kind, kernel: Extent, stride: Extent, padding: Halo = .none, ceilMode: Bool = false,
    countIncludesPadding: Bool = true
  ) {
    self.kind = kind
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludesPadding = countIncludesPadding
  }
}

extension PoolAttributes: GraphOperation {
  public var label: String { kind == .max ? "maxpool" : "avgpool" }

  public var signature: String {
    "pool(Networks.PoolAttributes(kind: Networks.PoolAttributes.Kind.\(kind.rawValue), "
      + "kernel: \(kernel.signature), stride: \(stride.signature), padding: \(padding.signature), "
      + "ceilMode: \(ceilMode), countIncludesPadding: \(countIncludesPadding)))"
  }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    let input = inputs[0]
    func extent(_ size: Int, _ kernel: Int, _ stride: Int, _ before: Int, _ after: Int) throws
      -> Int
    {
      let limit = ConvolutionProblem.fieldLimit
      guard 1...limit ~= kernel, 1...limit ~= stride, 0..<kernel ~= before, 0..<kernel ~= after
      else {
        throw GraphError(
          "pools with kernel \(kernel), stride \(stride), padding \(before) and \(after); the "
            + "padding must be smaller than the kernel")
      }
      let room = size + before + after - kernel
      guard room >= 0 else {
        throw GraphError(
          "window \(kernel) does not fit into its \(input.height)×\(input.width) input; use a "
            + "larger resolution")
      }
      guard ceilMode else { return room / stride + 1 }
      let count = (room + stride - 1) / stride + 1
      return (count - 1) * stride >= size + before ? count - 1 : count
    }
    return TensorShape(
      batch: input.batch, channels: input.channels,
      height: try extent(input.height, kernel.height, stride.height, padding.top, padding.bottom),
      width: try extent(input.width, kernel.width, stride.width, padding.left, padding.right))
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    let (x, shape) = (inputs[0].values, inputs[0].shape)
    var result: [Double] = []
    result.reserveCapacity(output.count)
    for plane in 0..<shape.batch * shape.channels {
      for oy in 0..<output.height {
        let top = oy * stride.height - padding.top
        let ys = max(top, 0)..<min(top + kernel.height, shape.height)
        for ox in 0..<output.width {
          let left = ox * stride.width - padding.left
          let xs = max(left, 0)..<min(left + kernel.width, shape.width)
          var (sum, largest) = (0.0, -Double.infinity)
          for y in ys {
            for column in xs {
              let value = x[(plane * shape.height + y) * shape.width + column]
              sum += value
              // A NaN is not below the largest, and nothing is above it.
              if !(value <= largest || largest.isNaN) { largest = value }
            }
          }
          switch kind {
          case .max: result.append(largest)
          case .average:
            // The padding counts or not; what ceil mode adds beyond it never does.
            let rows = min(top + kernel.height, shape.height + padding.bottom) - top
            let columns = min(left + kernel.width, shape.width + padding.right) - left
            let count = countIncludesPadding ? rows * columns : ys.count * xs.count
            result.append(sum / Double(count))
          }
        }
      }
    }
    return result
  }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    let x = inputs[0]
    // The largest of several values; of 9 independent rectified ones it would be 5 times as much,
    // but neighbours resemble one another.
    return kind == .max
      ? Moment(square: x.square * (1 + Double(kernel.count) / 4), centred: false)
      : Moment(square: x.square * 0.8, centred: x.centred)
  }
}

/// The mean of every channel's plane: `1×1` pixels remain.
public struct GlobalAveragePool: GraphOperation {
  public init() {}

  public var label: String { "globalpool" }
  public var signature: String { "globalAveragePool" }

  public func outputShape(inputs: [TensorShape]) -> TensorShape {
    TensorShape(batch: inputs[0].batch, channels: inputs[0].channels, height: 1, width: 1)
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    let (x, shape) = (inputs[0].values, inputs[0].shape)
    let size = shape.extent.count
    return (0..<shape.batch * shape.channels).map { plane in
      x[plane * size..<(plane + 1) * size].reduce(0, +) / Double(size)
    }
  }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    Moment(square: inputs[0].square * 0.8, centred: inputs[0].centred)
  }
}

extension Operation {
  public static func pool(_ attributes: PoolAttributes) -> Self { .of(attributes) }
  public static var globalAveragePool: Self { .of(GlobalAveragePool()) }
}
