import Convolution

func depthwiseBand(_ arguments: UnsafePointer<DepthwiseArguments>) {}
