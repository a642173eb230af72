/// One convolution: what is computed, not how.
///
/// Input `[batch][inputChannels][input.height][input.width]`, weights
/// `[outputChannels][inputChannels / groups][kernel.height][kernel.width]`, output
/// `[batch][outputChannels][output.height][output.width]`:
///
///     out[n][k][y][x] = Σ in[n][c][y*stride + r*dilation - top][x*stride + s*dilation - left]
///                         * weights[k][c][r][s]
///
/// summed over the channels `c` of `k`'s group and the taps `(r, s)`. The padding below and on the
/// right follows from the output's extent and may differ from the one above and on the left. A
/// fully connected layer is the case `kernel == input, output == 1×1`.
public struct ConvolutionProblem: Hashable, Sendable {
  public var batch: Int
  public var groups: Int
  /// Total over all groups.
  public var inputChannels: Int
  /// Total over all groups.
  public var outputChannels: Int
  public var input: Extent
  public var output: Extent
  public var kernel: Extent
  public var stride: Extent
  /// Distance between two taps: 1 is a dense kernel. (The descriptor text counts from 0.)
  public var dilation: Extent
  public var paddingTop: Int
  public var paddingLeft: Int

  /// The largest value a single field may have.
  public static let fieldLimit = 1 << 24
  /// The largest number of elements of the input, the output or the weights.
  public static let elementLimit = 1 << 34
  /// The largest number of multiply-accumulates: counts of additions and bytes are small multiples.
  public static let arithmeticLimit = 1 << 50

  /// Checks every field; what follows in the program may multiply them without overflow.
  ///
  /// - Throws: `ProblemError` naming the first field that is wrong.
  public init(
    batch: Int = 1, groups: Int = 1, inputChannels: Int, outputChannels: Int, input: Extent,
    output: Extent, kernel: Extent, stride: Extent = Extent(1), dilation: Extent = Extent(1),
    paddingTop: Int = 0, paddingLeft: Int = 0
  ) throws(ProblemError) {
    self.batch = batch
    self.groups = groups
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.input = input
    self.output = output
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.paddingTop = paddingTop
    self.paddingLeft = paddingLeft
    try validate()
  }

  /// The output's extent follows from the padding on all four sides: `⌊(in + pad - E) / stride⌋ + 1`
  /// with the kernel's reach `E = (kernel - 1) * dilation + 1`.
  public init(
    batch: Int = 1, groups: Int = 1, inputChannels: Int, outputChannels: Int, input: Extent,
    kernel: Extent, stride: Extent = Extent(1), dilation: Extent = Extent(1), padding: Halo
  ) throws(ProblemError) {
    func extent(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int) -> Int {
      let fields = [size, kernel, stride, dilation, abs(pad)]
      guard stride > 0, fields.allSatisfy({ $0 <= Self.fieldLimit }) else { return 0 }
      let room = size + pad - ((kernel - 1) * dilation + 1)
      return room < 0 ? 0 : room / stride + 1
    }
    try self.init(
      batch: batch, groups: groups, inputChannels: inputChannels, outputChannels: outputChannels,
      input: input,
      output: Extent(
        extent(
          input.height, kernel.height, stride.height, dilation.height,
          padding.top + padding.bottom),
        extent(
          input.width, kernel.width, stride.width, dilation.width, padding.left + padding.right)),
      kernel: kernel, stride: stride, dilation: dilation, paddingTop: padding.top,
      paddingLeft: padding.left)
  }

  /// The same for another batch.
  ///
  /// - Throws: `ProblemError` where its tensors would be too large.
  public func replacing(batch: Int) throws(ProblemError) -> ConvolutionProblem {
    var result = self
    result.batch = batch
    try result.validate()
    return result
  }

  public var inputChannelsPerGroup: Int { inputChannels / groups }
  public var outputChannelsPerGroup: Int { outputChannels / groups }

  /// Rows and columns of the input that one output pixel sees, holes included.
  public var reach: Extent {
    Extent((kernel.height - 1) * dilation.height + 1, (kernel.width - 1) * dilation.width + 1)
  }

  /// The zero border that makes every tap of every output pixel a plain load. `bottom` and `right`
  /// are 0 where the input has more rows or columns than the output uses.
  public var halo: Halo {
    Halo(
      top: paddingTop, left: paddingLeft,
      bottom: max(
        0, (output.height - 1) * stride.height + reach.height - input.height - paddingTop),
      right: max(0, (output.width - 1) * stride.width + reach.width - input.width - paddingLeft))
  }

  public var inputShape: TensorShape {
    TensorShape(
      batch: batch, channels: inputChannels, height: input.height, width: input.width)
  }
  public var outputShape: TensorShape {
    TensorShape(
      batch: batch, channels: outputChannels, height: output.height, width: output.width)
  }
  /// Elements of the weight tensor `[outputChannels][inputChannels / groups][kh][kw]`.
  public var weightCount: Int { outputChannels * inputChannelsPerGroup * kernel.count }

  /// Products summed per output element.
  public var reductionLength: Int { inputChannelsPerGroup * kernel.count }

  /// One group per input channel (depth multiplier `outputChannels / inputChannels`).
  public var isDepthwise: Bool { groups > 1 && groups == inputChannels }

  /// Kernel 1×1 without padding: a matrix product over pixels.
  public var isPointwise: Bool {
    kernel == Extent(1) && groups == 1 && halo == .none
  }
}

/// A convolution that cannot be: one line naming the field.
public struct ProblemError: Error, CustomStringConvertible, Equatable {
  public enum Kind: Sendable {
    /// No such convolution exists, or its text is none.
    case impossible
    /// It exists, and convbench does not run it.
    case unsupported
  }

  public let description: String
  public let kind: Kind

  public init(_ description: String, kind: Kind = .impossible) {
    self.description = description
    self.kind = kind
  }
}

extension ConvolutionProblem {
  private func validate() throws(ProblemError) {
    let positive = [
      ("batch", batch), ("groups", groups), ("input channels", inputChannels),
      ("output channels", outputChannels), ("input height", input.height),
      ("input width", input.width), ("kernel height", kernel.height),
      ("kernel width", kernel.width), ("stride height", stride.height),
      ("stride width", stride.width), ("dilation height", dilation.height),
      ("dilation width", dilation.width), ("output height", output.height),
      ("output width", output.width),
    ]
    for (name, value) in positive where value < 1 || value > Self.fieldLimit {
      throw ProblemError("\(name) is \(value); it must be from 1 to \(Self.fieldLimit)")
    }
    for (name, value) in [("top padding", paddingTop), ("left padding", paddingLeft)]
    where value < 0 || value > Self.fieldLimit {
      throw ProblemError("\(name) is \(value); it must be from 0 to \(Self.fieldLimit)")
    }
    for (name, channels) in [
      ("input channels", inputChannels), ("output channels", outputChannels),
    ] where channels % groups != 0 {
      throw ProblemError("\(name) \(channels) are not divisible by groups \(groups)")
    }
    let elements = [
      (
        "input",
        [
          batch, inputChannels, input.height + halo.top + halo.bottom,
          input.width + halo.left + halo.right,
        ]
      ),
      ("output", [batch, outputChannels, output.height, output.width]),
      ("weights", [outputChannels, inputChannelsPerGroup, kernel.height, kernel.width]),
    ]
    for (name, extents) in elements {
      var product = 1
      for extent in extents {
        let (next, overflow) = product.multipliedReportingOverflow(by: extent)
        guard !overflow, next <= Self.elementLimit else {
          throw ProblemError("the \(name) has more than \(Self.elementLimit) elements")
        }
        product = next
      }
    }
    let (macs, overflow) = outputShape.count.multipliedReportingOverflow(by: reductionLength)
    guard !overflow, macs <= Self.arithmeticLimit else {
      throw ProblemError("the convolution has more than 2⁵⁰ multiply-accumulates")
    }
    // An output pixel that sees nothing but padding is legal; an output larger than any padding
    // that reaches the input can explain is a typing error.
    for (name, far, near, reach) in [
      ("height", halo.bottom, paddingTop, reach.height),
      ("width", halo.right, paddingLeft, reach.width),
    ] where far > near + reach + 64 {
      throw ProblemError(
        "output \(name) needs \(far) pixels of padding at its end; input, kernel, stride and "
          + "padding do not fit together")
    }
  }
}

extension ConvolutionProblem {
  /// The channel block of the input tensor that kernels of this vector width read: planar (1) for
  /// the one to four channels of an image, where blocks would be mostly zeros, else NCHWc.
  public func inputBlock(vectorWidth: Int) -> Int {
    groups == 1 && inputChannels <= 4 ? 1 : vectorWidth
  }
}
