import Convolution
import Testing

@testable import Networks

/// Plans of models hold a hash of these texts: they are those of the version that introduced it.
@Suite struct SignatureTests {
  private static let halo = Halo(top: 1, left: 2, bottom: 3, right: 4)
  private static let haloText = "Convolution.Halo(top: 1, left: 2, bottom: 3, right: 4)"

  private static func resize(
    _ mode: ResizeAttributes.Mode, _ coordinates: ResizeAttributes.Coordinates,
    scale: Double = 2
  ) -> Networks.Operation {
    .resize(
      ResizeAttributes(
        rows: .init(size: 12, scale: scale), columns: .init(size: 3, scale: 0.5), mode: mode,
        coordinates: coordinates))
  }

  private static func resizeText(_ mode: String, _ coordinates: String, scale: Double = 2)
    -> String
  {
    "resize(Networks.ResizeAttributes(rows: Networks.ResizeAttributes.Axis(size: 12, scale: "
      + "\(scale)), columns: Networks.ResizeAttributes.Axis(size: 3, scale: 0.5), "
      + "mode: Networks.ResizeAttributes.Mode.\(mode), "
      + "coordinates: Networks.ResizeAttributes.Coordinates.\(coordinates)))"
  }

  static let structural: [(Networks.Operation, String)] = [
    (.input, "input"), (.add, "add"), (.concatenation, "concatenation"), (.dropout, "dropout"),
    (
      .convolution(
        ConvolutionAttributes(
          outputChannels: 16, kernel: Extent(3, 1), groups: 2, bias: false, weights: .identity)),
      "convolution(Networks.ConvolutionAttributes(outputChannels: 16, "
        + "kernel: Convolution.Extent(height: 3, width: 1), "
        + "stride: Convolution.Extent(height: 1, width: 1), "
        + "padding: Convolution.Halo(top: 0, left: 0, bottom: 0, right: 0), "
        + "dilation: Convolution.Extent(height: 1, width: 1), groups: 2, bias: false, "
        + "weights: Networks.ConvolutionAttributes.WeightKind.identity))"
    ),
    (.batchNormalization(epsilon: 1e-5), "batchNormalization(epsilon: 1e-05)"),
    (
      .batchNormalization(epsilon: Double(Float(1e-5))),
      "batchNormalization(epsilon: 9.999999747378752e-06)"
    ),
    (.activation(.relu6), "activation(Convolution.Activation.relu6)"),
    (.activation(.none), "activation(Convolution.Activation.none)"),
    (.fullyConnected(outputs: 7, bias: true), "fullyConnected(outputs: 7, bias: true)"),
    (.scale(0.1), "scale(0.1)"),
    (
      .constant(TensorShape(channels: 1, height: 2, width: 3)),
      "constant(Convolution.TensorShape(batch: 1, channels: 1, height: 2, width: 3))"
    ),
  ]

  static let windows: [(Networks.Operation, String)] = [
    (
      .pool(
        PoolAttributes(
          kind: .max, kernel: Extent(2, 3), stride: Extent(1, 2), padding: halo, ceilMode: true,
          countIncludesPadding: false)),
      "pool(Networks.PoolAttributes(kind: Networks.PoolAttributes.Kind.max, "
        + "kernel: Convolution.Extent(height: 2, width: 3), "
        + "stride: Convolution.Extent(height: 1, width: 2), padding: \(haloText), "
        + "ceilMode: true, countIncludesPadding: false))"
    ),
    (.globalAveragePool, "globalAveragePool"),
    (
      .localResponseNormalization(size: 5, alpha: 1e-4, beta: 0.75, k: 2),
      "localResponseNormalization(size: 5, alpha: 0.0001, beta: 0.75, k: 2.0)"
    ),
    (.softmax, "softmax"), (.logSoftmax, "logSoftmax"),
    (
      .extended(ExtendedOperation(Normalization(.pixels, epsilon: 1e-3))),
      "extended(Normalization(statistics: Networks.Normalization.Statistics.pixels, "
        + "epsilon: 0.001))"
    ),
    (
      .extended(ExtendedOperation(Normalization(.groups(4), epsilon: 1e-5))),
      "extended(Normalization(statistics: Networks.Normalization.Statistics.groups(4), "
        + "epsilon: 1e-05))"
    ),
  ]

  static let functions: [(Networks.Operation, String)] =
    [
      (.arithmetic(.add), "arithmetic(Networks.Arithmetic.add)"),
      (.arithmetic(.subtract), "arithmetic(Networks.Arithmetic.subtract)"),
      (.arithmetic(.multiply), "arithmetic(Networks.Arithmetic.multiply)"),
      (.arithmetic(.divide), "arithmetic(Networks.Arithmetic.divide)"),
      (.parametricRelu, "parametricRelu"),
    ]
    + ([
      (.leakyRelu(slope: 0.1), "leakyRelu(slope: 0.1)"),
      (.clip(low: -3.4028235e38, high: 6.5), "clip(low: -3.4028235e+38, high: 6.5)"),
      (.clip(low: 0, high: .infinity), "clip(low: 0.0, high: inf)"), (.sigmoid, "sigmoid"),
      (.hardSigmoid(slope: 0.2, shift: 0.5), "hardSigmoid(slope: 0.2, shift: 0.5)"),
      (.hardSwish, "hardSwish"), (.silu, "silu"), (.elu(alpha: 1), "elu(alpha: 1.0)"),
      (.exponential, "exponential"), (.squareRoot, "squareRoot"), (.absolute, "absolute"),
    ] as [(ElementwiseFunction, String)]).map {
      (.function($0.0), "function(Convolution.ElementwiseFunction.\($0.1))")
    }

  static let movements: [(Networks.Operation, String)] = [
    (.subsample(stride: 2, channels: 32), "subsample(stride: 2, channels: 32)"),
    (
      .slice(SliceAttributes(channels: AxisSlice(first: 1, count: 2, step: 3))),
      "slice(Networks.SliceAttributes(channels: Optional(Networks.AxisSlice(first: 1, count: 2, "
        + "step: 3)), rows: nil, columns: nil))"
    ),
    (.gatherChannels([3, 1, 2]), "gatherChannels([3, 1, 2])"),
    (
      .pad(
        PadAttributes(
          space: halo, channelsBefore: 1, channelsBehind: 2, mode: .constant(-1.5))),
      "pad(Networks.PadAttributes(space: \(haloText), channelsBefore: 1, channelsBehind: 2, "
        + "mode: Networks.PadAttributes.Mode.constant(-1.5)))"
    ),
    (
      .pad(PadAttributes(space: halo, mode: .reflect)),
      "pad(Networks.PadAttributes(space: \(haloText), channelsBefore: 0, channelsBehind: 0, "
        + "mode: Networks.PadAttributes.Mode.reflect))"
    ),
    (
      resize(.nearest(.preferFloor), .halfPixel),
      resizeText("nearest(Networks.ResizeAttributes.Rounding.preferFloor)", "halfPixel")
    ),
    (
      resize(.nearest(.simple), .asymmetric, scale: 2.1),
      resizeText("nearest(Networks.ResizeAttributes.Rounding.simple)", "asymmetric", scale: 2.1)
    ),
    (resize(.linear, .pytorchHalfPixel), resizeText("linear", "pytorchHalfPixel")),
    (
      .depthToSpace(block: 2, order: .columnFirst),
      "depthToSpace(block: 2, order: Networks.DepthOrder.columnFirst)"
    ),
    (.reshape(channels: 1, height: 2, width: 3), "reshape(channels: 1, height: 2, width: 3)"),
    (
      .extended(
        ExtendedOperation(
          Permutation(
            shape: TensorShape(batch: 2, channels: 8, height: 1, width: 1),
            parts: [
              AxisPart(axis: .batch, size: 2), AxisPart(axis: .channels, size: 4, stride: 2),
            ]))),
      "extended(Permutation(shape: Convolution.TensorShape(batch: 2, channels: 8, height: 1, "
        + "width: 1), parts: [Networks.AxisPart(axis: Networks.TensorAxis.batch, size: 2, "
        + "stride: 1), Networks.AxisPart(axis: Networks.TensorAxis.channels, size: 4, "
        + "stride: 2)]))"
    ),
  ]

  @Test(arguments: [structural, windows, functions, movements])
  func areThoseOfPublishedPlans(table: [(Networks.Operation, String)]) {
    for (operation, text) in table { #expect(operation.signature == text) }
  }
}
