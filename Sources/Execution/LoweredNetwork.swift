import Convolution
import Networks

/// A network as a sequence of steps over activation tensors, for kernels of one vector width.
///
/// Between graph and steps are the passes of `Passes/`: identities dropped, batch normalisations
/// and constants folded into weights, residual additions and activations fused behind
/// convolutions, concatenations written in place, layouts converted where they do not match.
public struct LoweredNetwork: Sendable {
  public let graph: Graph
  /// Floats per vector: the channel block of all tensors but planar ones.
  public let vectorWidth: Int
  /// In the order of execution.
  public private(set) var steps: [Step]
  public let tensors: [ActivationTensor]
  /// The memory that tensors lie in, each with the halo that its readers need.
  public let storages: [TensorLayout]
  /// Every convolution and fully connected layer, in the order of execution.
  public private(set) var layers: [NetworkLayer]
  public let constants: [ConstantTensor]
  /// The tensors that hold the network's inputs, by their nodes: planar.
  public let inputs: [Int: Int]
  /// The tensors that hold its outputs.
  public let outputs: [Int]

  /// - Throws: `ExecutionError` where an operation has parameters that no step can have.
  public init(graph: Graph, vectorWidth: Int) throws {
    var lowering = try Lowering(graph)
    lowering.dropIdentities()
    lowering.fuseGates()
    lowering.foldAffines()
    lowering.fuseResiduals()
    lowering.fuseActivations()
    var layout = LayoutPass(lowering: lowering, vectorWidth: vectorWidth)
    layout.run()
    self.graph = graph
    self.vectorWidth = vectorWidth
    steps = layout.steps
    tensors = layout.tensors
    storages = layout.storages
    layers = layout.layers
    constants = layout.constants
    inputs = layout.inputs
    outputs = layout.outputs
  }

  /// The same tensors with other steps.
  init(_ network: LoweredNetwork, steps: [Step], layers: [NetworkLayer]) {
    self = network
    self.steps = steps
    self.layers = layers
  }
}
