import Convolution
import KernelInterface

extension Activation {
  /// What kernels switch on.
  public var code: ActivationCode {
    switch self {
    case .none: .none
    case .relu: .relu
    case .relu6: .relu6
    case .tanh: .tanh
    }
  }
}
