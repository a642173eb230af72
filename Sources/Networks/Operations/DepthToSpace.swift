import Convolution

/// How the channels of a pixel are numbered that become a square of pixels.
public enum DepthOrder: String, CaseIterable, Hashable, Sendable {
  /// Position in the square, then output channel: ONNX's `DCR`.
  case depthFirst = "DCR"
  /// Output channel, then position in the square: ONNX's `CRD`.
  case columnFirst = "CRD"
}

/// `block²` channels become a square of `block × block` pixels.
public struct DepthToSpace: Rearranging {
  public let block: Int
  public let order: DepthOrder

  public init(block: Int, order: DepthOrder) {
    self.block = block
    self.order = order
  }

  public var label: String { "depthtospace" }

  public var signature: String {
    let order = order == .depthFirst ? "depthFirst" : "columnFirst"
    return "depthToSpace(block: \(block), order: Networks.DepthOrder.\(order))"
  }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    let input = inputs[0]
    let (square, overflow) = block.multipliedReportingOverflow(by: block)
    guard block > 0, !overflow, input.channels % square == 0 else {
      throw GraphError(
        "makes squares of \(block)×\(block) pixels from \(input.channels) channels; they must be a "
          + "multiple of the square's pixels")
    }
    // No more than the channels, so that the products stay within the elements.
    return TensorShape(
      batch: input.batch, channels: input.channels / square, height: input.height * block,
      width: input.width * block)
  }

  public func rearrangement(input: TensorShape) -> Rearrangement {
    let count = input.channels / (block * block)
    var result = Rearrangement(identity: input)
    result.block = block
    result.channels = (0..<block * block).map { phase in
      (0..<count).map { c in
        order == .depthFirst ? phase * count + c : c * block * block + phase
      }
    }
    result.rows = (0..<input.height * block).map { $0 / block }
    result.columns = (0..<input.width * block).map { $0 / block }
    return result
  }
}

extension Operation {
  public static func depthToSpace(block: Int, order: DepthOrder) -> Self {
    .of(DepthToSpace(block: block, order: order))
  }
}
