import ArgumentParser
import Networks
import Topology

/// The options that change a built-in network, the same for every command with `--net`.
struct NetworkArguments: ParsableArguments {
  @Option(help: "Images at a time.")
  var batch = 1

  @Option(help: "Height and width of the input, where the architecture allows.")
  var resolution: Int?

  @Option(help: "ResNets: A (zero padding), B (projection on change) or C (all projection).")
  var shortcut: Shortcut?

  @Option(help: "vgg19-identity: how many identity convolutions are inserted.")
  var identityLayers: Int?

  func options() -> NetworkOptions {
    NetworkOptions(
      batch: batch, resolution: resolution, shortcut: shortcut, identityLayers: identityLayers)
  }
}

extension Shortcut: ExpressibleByArgument {}
extension InstructionSet: ExpressibleByArgument {}
