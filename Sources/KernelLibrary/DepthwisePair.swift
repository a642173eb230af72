import Convolution

/// MobileNet's replacement of a convolution: a depthwise one with its kernel, then a 1×1 one
/// (Howard et al. 2017, section 3.1). Another function, for comparison.
public enum DepthwisePair {
  /// Nil where the problem has groups or a 1×1 kernel.
  public static func replacing(
    _ problem: ConvolutionProblem
  ) -> (depthwise: ConvolutionProblem, pointwise: ConvolutionProblem)? {
    guard problem.groups == 1, problem.kernel.count > 1 else { return nil }
    var depthwise = problem
    depthwise.groups = problem.inputChannels
    depthwise.outputChannels = problem.inputChannels
    var pointwise = problem
    pointwise.input = problem.output
    pointwise.kernel = Extent(1)
    pointwise.stride = Extent(1)
    pointwise.dilation = Extent(1)
    pointwise.paddingTop = 0
    pointwise.paddingLeft = 0
    return (depthwise, pointwise)
  }
}
