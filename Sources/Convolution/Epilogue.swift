import Foundation

/// A function applied to every output element.
public enum Activation: String, CaseIterable, Sendable, Codable {
  case none
  case relu
  /// `min(max(x, 0), 6)`
  case relu6
  case tanh
}

extension Activation {
  /// The function itself, in Double.
  public func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .none: x
    case .relu: max(x, 0)
    case .relu6: min(max(x, 0), 6)
    case .tanh: Foundation.tanh(x)
    }
  }
}

/// What is fused behind a convolution: `activation(convolution + bias + residual)`.
public struct Epilogue: Hashable, Sendable {
  /// One value per output channel is added.
  public var bias: Bool
  /// A tensor of the output's shape is added.
  public var residual: Bool
  public var activation: Activation

  public init(bias: Bool = false, residual: Bool = false, activation: Activation = .none) {
    self.bias = bias
    self.residual = residual
    self.activation = activation
  }

  public static let none = Epilogue()
}

/// Text form: the parts joined by `+`, e.g. `bias+residual+relu`; `none` for nothing.
extension Epilogue: LosslessStringConvertible, CustomStringConvertible, Codable {
  public var description: String {
    var parts: [String] = []
    if bias { parts.append("bias") }
    if residual { parts.append("residual") }
    if activation != .none { parts.append(activation.rawValue) }
    return parts.isEmpty ? "none" : parts.joined(separator: "+")
  }

  public init?(_ description: String) {
    self.init()
    if description == "none" { return }
    for part in description.split(separator: "+", omittingEmptySubsequences: false) {
      switch part {
      case "bias" where !bias: bias = true
      case "residual" where !residual: residual = true
      default:
        guard activation == .none, let function = Activation(rawValue: String(part)),
          function != .none
        else { return nil }
        activation = function
      }
    }
  }

  /// - Throws: `ProblemError` where the text is none.
  public init(text: String) throws(ProblemError) {
    guard let epilogue = Epilogue(text) else {
      throw ProblemError(
        "\"\(text.prefix(40))\" is not an epilogue such as bias+relu; its parts are bias, residual "
          + "and one of relu, relu6, tanh")
    }
    self = epilogue
  }

  public init(from decoder: any Decoder) throws {
    try self.init(text: decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
