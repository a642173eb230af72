import Convolution

// What the published architectures here do not have but imported models do.
extension GraphBuilder {
  /// A convolution with given weights, `[outputChannels][inputChannels / groups][kh][kw]`, and a
  /// bias per output channel or none.
  public func convolution(
    _ x: Int, _ attributes: ConvolutionAttributes, weights: [Float], bias: [Float] = [],
    name: String? = nil
  ) -> Int {
    var attributes = attributes
    attributes.bias = !bias.isEmpty
    return append(
      .convolution(attributes), [x], name: name,
      parameters: .given(NodeParameters(weights: weights, bias: bias)))
  }

  /// A fully connected layer with given weights, `[outputs][channels][height][width]` of the input,
  /// and a bias per output or none.
  public func fullyConnected(
    _ x: Int, _ outputs: Int, weights: [Float], bias: [Float] = [], name: String? = nil
  ) -> Int {
    append(
      .fullyConnected(outputs: outputs, bias: !bias.isEmpty), [x], name: name,
      parameters: .given(NodeParameters(weights: weights, bias: bias)))
  }

  /// Batch normalisation with given numbers, one of each per channel.
  public func batchNormalization(
    _ x: Int, scale: [Float], shift: [Float], mean: [Float], variance: [Float], epsilon: Double,
    name: String? = nil
  ) -> Int {
    append(
      .batchNormalization(epsilon: epsilon), [x], name: name,
      parameters: .given(
        NodeParameters(scale: scale, shift: shift, mean: mean, variance: variance)))
  }

  /// - Parameter slopes: one per channel.
  public func parametricRelu(_ x: Int, slopes: [Float], name: String? = nil) -> Int {
    append(
      .parametricRelu, [x], name: name, parameters: .given(NodeParameters(slopes: slopes)))
  }

  /// - Parameter values: planar `[batch][channels][height][width]`.
  public func constant(_ shape: TensorShape, values: [Float], name: String? = nil) -> Int {
    append(
      .constant(shape), [], name: name, parameters: .given(NodeParameters(values: values)))
  }

  /// A number that is repeated along every axis of what it is combined with.
  public func constant(_ value: Float, name: String? = nil) -> Int {
    constant(TensorShape(channels: 1, height: 1, width: 1), values: [value], name: name)
  }

  /// `a` and `b` combined element by element; extents of 1 are repeated (see `TensorShape`'s
  /// rule). The sum of two tensors of one shape is an `add`, as the architectures' shortcuts are.
  public func arithmetic(_ arithmetic: Arithmetic, _ a: Int, _ b: Int, name: String? = nil) -> Int {
    let isPlainSum = arithmetic == .add && holds(a) && holds(b) && shape(a) == shape(b)
    return append(isPlainSum ? .add : .arithmetic(arithmetic), [a, b], name: name)
  }

  public func function(_ x: Int, _ function: ElementwiseFunction, name: String? = nil) -> Int {
    append(.function(function), [x], name: name)
  }

  /// The largest element of every channel's plane.
  public func globalMaxPool(_ x: Int, name: String? = nil) -> Int {
    let kernel = holds(x) ? shape(x).extent : Extent(1)
    return append(
      .pool(PoolAttributes(kind: .max, kernel: kernel, stride: Extent(1))), [x], name: name)
  }

  public func logSoftmax(_ x: Int, name: String? = nil) -> Int {
    append(.logSoftmax, [x], name: name)
  }

  public func slice(_ x: Int, _ slice: SliceAttributes, name: String? = nil) -> Int {
    append(.slice(slice), [x], name: name)
  }

  public func pad(_ x: Int, _ pad: PadAttributes, name: String? = nil) -> Int {
    append(.pad(pad), [x], name: name)
  }

  public func resize(_ x: Int, _ resize: ResizeAttributes, name: String? = nil) -> Int {
    append(.resize(resize), [x], name: name)
  }

  public func depthToSpace(_ x: Int, block: Int, order: DepthOrder, name: String? = nil) -> Int {
    append(.depthToSpace(block: block, order: order), [x], name: name)
  }

  /// Output channel `i` is input channel `list[i]`.
  public func gatherChannels(_ x: Int, _ list: [Int], name: String? = nil) -> Int {
    append(.gatherChannels(list), [x], name: name)
  }

  /// Channels as a matrix of `groups` rows, transposed (Zhang et al. 2017, ShuffleNet).
  public func channelShuffle(_ x: Int, groups: Int, name: String? = nil) -> Int {
    let channels = holds(x) ? shape(x).channels : 1
    // A list that no tensor has where the numbers do not fit, for the error to be reported.
    guard groups > 0, channels % groups == 0 else { return gatherChannels(x, [-1], name: name) }
    let perGroup = channels / groups
    return gatherChannels(
      x, (0..<channels).map { $0 % groups * perGroup + $0 / groups }, name: name)
  }

  public func reshape(
    _ x: Int, channels: Int, height: Int, width: Int, name: String? = nil
  ) -> Int {
    append(.reshape(channels: channels, height: height, width: width), [x], name: name)
  }

  /// All elements of an image as channels of one pixel, in NCHW order.
  public func flatten(_ x: Int, name: String? = nil) -> Int {
    let shape = holds(x) ? shape(x) : TensorShape(channels: 1, height: 1, width: 1)
    return reshape(x, channels: shape.count / shape.batch, height: 1, width: 1, name: name)
  }
}
