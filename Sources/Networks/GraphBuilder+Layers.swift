import Convolution

/// Zeros around a plane, in the words of the papers.
public enum Padding: Sendable, ExpressibleByIntegerLiteral {
  case valid
  /// Half the kernel's reach on every side: at stride 1 and an odd kernel the extent stays.
  case same
  case each(Int)
  case halo(Halo)

  public init(integerLiteral value: Int) { self = .each(value) }

  func halo(kernel: Extent, dilation: Int) -> Halo {
    switch self {
    case .valid: return .none
    case .same:
      // Impossible numbers are reported when the node is appended.
      let h = (kernel.height &- 1) &* dilation / 2
      let w = (kernel.width &- 1) &* dilation / 2
      return Halo(top: h, left: w, bottom: h, right: w)
    case .each(let n): return Halo(top: n, left: n, bottom: n, right: n)
    case .halo(let halo): return halo
    }
  }
}

/// A kernel's extent: `3` is 3×3, `[1, 7]` is one row of seven.
public struct Kernel: Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  let extent: Extent
  public init(_ side: Int) { extent = Extent(side) }
  public init(integerLiteral value: Int) { self.init(value) }
  /// Height, width.
  public init(arrayLiteral elements: Int...) {
    extent = Extent(elements.first ?? 0, elements.last ?? 0)
  }
}

extension GraphBuilder {
  /// - Parameter channels: output channels.
  public func convolution(
    _ x: Int, _ channels: Int, kernel: Kernel, stride: Int = 1, padding: Padding = .same,
    dilation: Int = 1, groups: Int = 1, bias: Bool = true,
    weights: ConvolutionAttributes.WeightKind = .seeded, name: String? = nil
  ) -> Int {
    let attributes = ConvolutionAttributes(
      outputChannels: channels, kernel: kernel.extent, stride: Extent(stride),
      padding: padding.halo(kernel: kernel.extent, dilation: dilation),
      dilation: Extent(dilation), groups: groups, bias: bias, weights: weights)
    return append(.convolution(attributes), [x], name: name)
  }

  /// Convolution without bias and batch normalisation.
  public func convBn(
    _ x: Int, _ channels: Int, kernel: Kernel, stride: Int = 1, padding: Padding = .same,
    groups: Int = 1, epsilon: Double = 1e-5
  ) -> Int {
    let y = convolution(
      x, channels, kernel: kernel, stride: stride, padding: padding, groups: groups, bias: false)
    return batchNormalization(y, epsilon: epsilon)
  }

  /// Convolution without bias, batch normalisation, activation.
  public func convBnRelu(
    _ x: Int, _ channels: Int, kernel: Kernel, stride: Int = 1, padding: Padding = .same,
    groups: Int = 1, epsilon: Double = 1e-5, activation function: Activation = .relu
  ) -> Int {
    let y = convBn(
      x, channels, kernel: kernel, stride: stride, padding: padding, groups: groups,
      epsilon: epsilon)
    return activation(y, function)
  }

  /// Convolution with bias, activation.
  public func convRelu(
    _ x: Int, _ channels: Int, kernel: Kernel, stride: Int = 1, padding: Padding = .same,
    groups: Int = 1
  ) -> Int {
    let y = convolution(
      x, channels, kernel: kernel, stride: stride, padding: padding, groups: groups)
    return activation(y, .relu)
  }

  public func batchNormalization(_ x: Int, epsilon: Double = 1e-5) -> Int {
    append(.batchNormalization(epsilon: epsilon), [x])
  }

  public func activation(_ x: Int, _ function: Activation) -> Int {
    append(.activation(function), [x])
  }

  public func relu(_ x: Int) -> Int { activation(x, .relu) }

  public func maxPool(
    _ x: Int, kernel: Kernel, stride: Int, padding: Padding = .valid, ceilMode: Bool = false
  ) -> Int {
    append(
      .pool(
        PoolAttributes(
          kind: .max, kernel: kernel.extent, stride: Extent(stride),
          padding: padding.halo(kernel: kernel.extent, dilation: 1), ceilMode: ceilMode)), [x])
  }

  public func averagePool(
    _ x: Int, kernel: Kernel, stride: Int, padding: Padding = .valid, ceilMode: Bool = false,
    countIncludesPadding: Bool = true
  ) -> Int {
    append(
      .pool(
        PoolAttributes(
          kind: .average, kernel: kernel.extent, stride: Extent(stride),
          padding: padding.halo(kernel: kernel.extent, dilation: 1), ceilMode: ceilMode,
          countIncludesPadding: countIncludesPadding)), [x])
  }

  public func globalAveragePool(_ x: Int) -> Int { append(.globalAveragePool, [x]) }

  /// `alpha` as in the AlexNet paper: not divided by `size`.
  public func localResponseNormalization(
    _ x: Int, size: Int = 5, alpha: Double = 1e-4, beta: Double = 0.75, k: Double
  ) -> Int {
    append(.localResponseNormalization(size: size, alpha: alpha, beta: beta, k: k), [x])
  }

  public func fullyConnected(_ x: Int, _ outputs: Int, bias: Bool = true) -> Int {
    append(.fullyConnected(outputs: outputs, bias: bias), [x])
  }

  /// A residual branch and the shortcut around it.
  public func add(_ branch: Int, shortcut: Int) -> Int { append(.add, [branch, shortcut]) }

  public func scale(_ x: Int, by factor: Float) -> Int { append(.scale(factor), [x]) }

  public func concatenation(_ inputs: [Int]) -> Int { append(.concatenation, inputs) }

  public func dropout(_ x: Int) -> Int { append(.dropout, [x]) }

  public func softmax(_ x: Int) -> Int { append(.softmax, [x]) }

  public func subsample(_ x: Int, stride: Int, channels: Int) -> Int {
    append(.subsample(stride: stride, channels: channels), [x])
  }

  /// Global average pooling, one fully connected layer, softmax.
  public func classifier(_ x: Int, dropout: Bool = false) -> Int {
    let features = globalAveragePool(x)
    return softmax(fullyConnected(dropout ? self.dropout(features) : features, classes))
  }
}
