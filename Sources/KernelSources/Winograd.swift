import Convolution

func winogradInputTiles(_ m: Int, _ arguments: UnsafePointer<WinogradInputArguments>) {}
func winogradOutputTiles(_ m: Int, _ arguments: UnsafePointer<WinogradOutputArguments>) {}
