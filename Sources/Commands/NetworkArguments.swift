import ArgumentParser
import Networks
import Topology

/// The options that say more about a network, the same for every command with `--net`.
struct NetworkArguments: ParsableArguments {
  @Option(help: "Images at a time (default: 1, or what an ONNX model says).")
  var batch: Int?

  @OptionGroup var details: NetworkDetails

  var shortcut: Shortcut? { details.shortcut }
  var identityLayers: Int? { details.identityLayers }

  /// Whether nothing was given.
  var isEmpty: Bool { batch == nil && details.isEmpty }

  var request: NetworkRequest { details.request(batch: batch) }
}

/// Those of them that every network of a sweep has alike.
struct NetworkDetails: ParsableArguments {
  @Option(help: "Height and width of the input, where the network leaves them open.")
  var resolution: Int?

  @Option(help: "ResNets: A (zero padding), B (projection on change) or C (all projection).")
  var shortcut: Shortcut?

  @Option(help: "vgg19-identity: how many identity convolutions are inserted.")
  var identityLayers: Int?

  @Option(
    name: .customLong("shape"),
    help: ArgumentHelp(
      "ONNX models: the input's shape, where the model leaves it open.",
      valueName: "input=1x3x224x224"))
  var shapes: [String] = []

  @Flag(help: "ONNX models: compute every output, not only the first.")
  var allOutputs = false

  /// Whether nothing was given.
  var isEmpty: Bool {
    resolution == nil && shortcut == nil && identityLayers == nil && shapes.isEmpty && !allOutputs
  }

  func request(batch: Int?) -> NetworkRequest {
    NetworkRequest(
      batch: batch, resolution: resolution, shortcut: shortcut, identityLayers: identityLayers,
      shapes: shapes, allOutputs: allOutputs)
  }
}

extension Shortcut: ExpressibleByArgument {}
extension InstructionSet: ExpressibleByArgument {}
