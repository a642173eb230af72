import Convolution
import KernelLibrary

/// Layers of a network that are computed together, band by band (`FusedBlock`).
public struct Fusion: Hashable, Sendable {
  /// Indices into `LoweredNetwork.layers`.
  public let layers: ClosedRange<Int>
  /// Output rows of the last layer that are computed together.
  public let band: Int

  public init(layers: ClosedRange<Int>, band: Int) {
    self.layers = layers
    self.band = band
  }
}

extension Fusion {
  /// How rows, plans and races call a block where a layer has its strategy.
  public static let strategy = "fused"

  /// As rows name it.
  public var candidate: Candidate {
    Candidate(
      strategy: Self.strategy, configuration: Configuration(["band": band, "layers": layers.count]))
  }
}

extension LoweredNetwork {
  /// What is worth trying to fuse: every depthwise convolution with the 1×1 convolution behind it,
  /// and with the convolution in front of it (an inverted residual) unless that belongs to the block
  /// before. By block the ranges of layers, longest first.
  ///
  /// Other sequences can be fused, too (`fusing`), but where there is a 3×3 convolution Winograd
  /// mostly computes it, which cannot.
  public var fusible: [[ClosedRange<Int>]] {
    var blocks: [[ClosedRange<Int>]] = []
    let uses = TensorUses(self)
    for (index, layer) in layers.enumerated()
    where layer.problem.isDepthwise && layer.problem.outputChannels == layer.problem.inputChannels {
      let taken = blocks.last?.first?.upperBound ?? -1
      let ranges = [index - 1...index + 1, index...index + 1].filter {
        $0.lowerBound > taken && steps(of: $0, uses) != nil
          && layers[$0.upperBound].problem.isPointwise
      }
      if !ranges.isEmpty { blocks.append(ranges) }
    }
    return blocks
  }

  /// The network with one step for each of the fusions instead of one for each of their layers.
  ///
  /// - Throws: `ExecutionError` for layers that do not follow one another, of which somebody else
  ///   reads what is between them, or that two fusions have; and for a band that is no number of
  ///   output rows.
  public func fusing(_ fusions: [Fusion]) throws -> LoweredNetwork {
    var fusionOfStep: [Int: Fusion] = [:]
    let uses = TensorUses(self)
    for fusion in fusions {
      guard let range = steps(of: fusion.layers, uses) else {
        throw ExecutionError(
          "layers \(fusion.layers.lowerBound) to \(fusion.layers.upperBound) of \(graph.name) do not "
            + "follow one another with nobody else reading what is between them; such cannot be "
            + "fused")
      }
      let rows = layers[fusion.layers.upperBound].problem.output.height
      guard (1...rows).contains(fusion.band) else {
        throw ExecutionError(
          "\(layers[fusion.layers.upperBound].name): a band of \(fusion.band) rows; it must be from "
            + "1 to \(rows)")
      }
      for step in range {
        guard fusionOfStep.updateValue(fusion, forKey: step) == nil else {
          throw ExecutionError("\(steps[step].name) is part of two fusions")
        }
      }
    }
    var fused: [Step] = []
    var position: [Int] = []
    for (index, step) in steps.enumerated() {
      position.append(fused.count)
      guard let fusion = fusionOfStep[index] else {
        fused.append(step)
        continue
      }
      guard index == layers[fusion.layers.upperBound].step else { continue }
      let first = steps[layers[fusion.layers.lowerBound].step]
      fused.append(
        Step(
          name: "\(first.name)..\(step.name)", work: .fused(fusion),
          inputs: [first.inputs[0]] + step.inputs.dropFirst(), output: step.output,
          nodes: fusion.layers.flatMap { steps[layers[$0].step].nodes }))
    }
    return LoweredNetwork(
      self, steps: fused,
      layers: layers.map { layer in
        NetworkLayer(
          name: layer.name, workload: layer.workload, nodes: layer.nodes,
          step: position[layer.step], folded: layer.folded)
      })
  }

  /// The steps of layers of which each reads what the one before it writes, and nobody else does;
  /// nil where that is not so.
  private func steps(of range: ClosedRange<Int>, _ uses: TensorUses) -> ClosedRange<Int>? {
    guard layers.indices.contains(range.lowerBound), layers.indices.contains(range.upperBound),
      range.count > 1, layers[range.lowerBound].step <= layers[range.upperBound].step
    else { return nil }
    let found = layers[range.lowerBound].step...layers[range.upperBound].step
    guard found.count == range.count else { return nil }
    for (first, second) in zip(found, found.dropFirst()) {
      let between = steps[first].output
      let storage = tensors[between].storage
      guard case .convolution = steps[first].work, case .convolution = steps[second].work,
        steps[first].inputs.count == 1, steps[second].inputs[0] == between,
        !outputs.contains(between),
        // A storage of its own that is read once.
        uses.tensors[storage] == 1, uses.readers[between] == 1
      else { return nil }
    }
    return found
  }
}

/// How often what a network computes is used, counted once for all questions about it.
private struct TensorUses {
  /// By storage the tensors that lie in it.
  private(set) var tensors: [Int]
  /// By tensor the reads of steps.
  private(set) var readers: [Int]

  init(_ network: LoweredNetwork) {
    tensors = [Int](repeating: 0, count: network.storages.count)
    readers = [Int](repeating: 0, count: network.tensors.count)
    for tensor in network.tensors { tensors[tensor.storage] += 1 }
    for step in network.steps { for input in step.inputs { readers[input] += 1 } }
  }
}
