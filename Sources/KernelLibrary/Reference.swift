import Base
import Convolution
import Workers

/// The definition of the convolution, in Double, for checking everything else.
public enum Reference {
  /// - Parameters:
  ///   - input: planar `[batch][inputChannels][height][width]`.
  ///   - residual: planar like the output; nil unless the epilogue has one.
  ///   - stop: asked once a row.
  /// - Returns: planar `[batch][outputChannels][height][width]`.
  /// - Throws: `Stopped`.
  public static func run(
    _ layer: ConvolutionLayer, input: [Float], residual: [Float]? = nil, stop: StopCheck
  ) throws -> [Double] {
    let problem = layer.problem
    let plane = problem.output.count
    let planes = problem.batch * problem.outputChannels
    let result = UnsafeMutablePointer<Double>.allocate(capacity: planes * plane)
    defer { result.deallocate() }
    nonisolated(unsafe) let target = result
    Parallel.perform(
      iterations: planes, cost: planes * plane * layer.problem.reductionLength
    ) { index in
      let (image, channel) = index.quotientAndRemainder(dividingBy: problem.outputChannels)
      for y in 0..<problem.output.height {
        guard !stop.isRequested() else { return }
        for x in 0..<problem.output.width {
          let element = index * plane + y * problem.output.width + x
          target[element] = value(
            layer, input: input, residual: residual.map { $0[element] }, image: image,
            channel: channel, y: y, x: x)
        }
      }
    }
    // Elements that were not written are nobody's to see.
    try stop.check()
    return Array(UnsafeBufferPointer(start: result, count: planes * plane))
  }

  /// The same to its end.
  public static func run(
    _ layer: ConvolutionLayer, input: [Float], residual: [Float]? = nil
  ) -> [Double] {
    guard let result = try? run(layer, input: input, residual: residual, stop: .never) else {
      preconditionFailure("nobody stops it")
    }
    return result
  }

  /// One output element.
  public static func value(
    _ layer: ConvolutionLayer, input: [Float], residual: Float? = nil, image: Int, channel: Int,
    y: Int, x: Int
  ) -> Double {
    let problem = layer.problem
    let perGroup = problem.inputChannelsPerGroup
    let firstInput = channel / problem.outputChannelsPerGroup * perGroup
    var sum = layer.epilogue.bias ? Double(layer.bias[channel]) : 0
    input.withUnsafeBufferPointer { input in
      layer.weights.withUnsafeBufferPointer { weights in
        for c in 0..<perGroup {
          let plane = (image * problem.inputChannels + firstInput + c) * problem.input.count
          let taps = (channel * perGroup + c) * problem.kernel.count
          for r in 0..<problem.kernel.height {
            let h = y * problem.stride.height + r * problem.dilation.height - problem.paddingTop
            guard h >= 0, h < problem.input.height else { continue }
            for s in 0..<problem.kernel.width {
              let w = x * problem.stride.width + s * problem.dilation.width - problem.paddingLeft
              guard w >= 0, w < problem.input.width else { continue }
              sum +=
                Double(input[plane + h * problem.input.width + w])
                * Double(weights[taps + r * problem.kernel.width + s])
            }
          }
        }
      }
    }
    return layer.epilogue.activation(sum + Double(residual ?? 0))
  }
}
