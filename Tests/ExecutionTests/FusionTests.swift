import Convolution
import Execution
import KernelLibrary
import Networks
import Testing
import Topology
import Workers

/// Networks with fused layers against the same networks without.
@Suite(.serialized) struct FusionTests {
  private func network(
    _ name: String, resolution: Int? = nil, batch: Int = 1
  ) throws -> LoweredNetwork {
    try LoweredNetwork(
      graph: NetworkCatalog.graph(
        named: name,
        options: NetworkOptions(batch: batch, resolution: resolution, classes: 11)),
      vectorWidth: Kernels.best.vectorWidth)
  }

  @Test func depthwiseLayersAreWorthTrying() throws {
    let second = try network("mobilenetv2").fusible
    #expect(second.count == 17)
    #expect(second.prefix(3) == [[0...2, 1...2], [3...5, 4...5], [6...8, 7...8]])
    // A 1×1 convolution belongs to the block that it ends.
    let first = try network("mobilenetv1").fusible
    #expect(first.prefix(3) == [[0...2, 1...2], [3...4], [5...6]])
    #expect(first.count == 13)
    #expect(try network("resnet18").fusible.isEmpty)
  }

  @Test(arguments: [1, 2])
  func fusedNetworksComputeTheSame(_ threads: Int) throws {
    let pool = WorkerPool(placement: .unbound(threads: threads))
    defer { pool.shutdown() }
    for (name, batch) in [
      ("mobilenetv2-0.35", 1), ("mobilenetv2-0.35", 3), ("mobilenetv1-0.25", 1),
    ] {
      let network = try network(name, resolution: 96, batch: batch)
      let session = try Session(
        network: network, seed: 5,
        choices: HeuristicChoices.choices(for: network, target: Target(.best, threads: threads)),
        kernels: .best, pool: pool)
      try session.load(input: network.graph.seededInput(seed: 5))
      session.run()
      let expected = session.output
      #expect(Set(expected).count > 5)
      for (band, pick) in [(1, 0), (2, 1), (3, 0), (Int.max, 0)] {
        let fusions = network.fusible.map { ranges in
          let layers = ranges[min(pick, ranges.count - 1)]
          return Fusion(
            layers: layers,
            band: min(band, network.layers[layers.upperBound].problem.output.height))
        }
        let fused = try session.fusing(fusions)
        #expect(fused.network.steps.count < network.steps.count)
        #expect(fused.memory.weightBytes == session.memory.weightBytes)
        try fused.load(input: network.graph.seededInput(seed: 5))
        // Twice: halos and windows must be clean again.
        for _ in 0..<2 {
          fused.run()
          #expect(fused.output == expected, "\(name), batch \(batch), band \(band)")
        }
      }
    }
  }

  /// The largest tensors of an inverted residual are between its layers.
  @Test func whatIsBetweenNeedsNoPlace() throws {
    let network = try network("mobilenetv2", resolution: 96)
    let fused = try network.fusing(network.fusible.map { Fusion(layers: $0[0], band: 1) })
    #expect(MemoryPlan(fused).count < MemoryPlan(network).count / 2)
  }

  @Test func stepsAndLayersKnowEachOther() throws {
    let network = try network("mobilenetv2", resolution: 64)
    let fused = try network.fusing([
      Fusion(layers: 3...5, band: 2), Fusion(layers: 7...8, band: 1),
    ])
    #expect(fused.steps.count == network.steps.count - 3)
    #expect(fused.layers.map(\.name) == network.layers.map(\.name))
    for (index, layer) in fused.layers.enumerated() {
      switch fused.steps[layer.step].work {
      case .convolution(let own): #expect(own == index)
      case .fused(let fusion): #expect(fusion.layers.contains(index))
      default: Issue.record("\(layer.name) belongs to no convolution")
      }
    }
    #expect(fused.steps[fused.layers[4].step].name == "block2.conv1..block2.conv3")
    #expect(try network.fusing([]).steps.count == network.steps.count)
  }

  @Test func impossibleFusionsAreErrors() throws {
    let network = try network("mobilenetv2", resolution: 64)
    for fusions in [
      [Fusion(layers: 3...3, band: 1)], [Fusion(layers: 51...53, band: 1)],
      [Fusion(layers: -1...1, band: 1)], [Fusion(layers: 3...5, band: 0)],
      [Fusion(layers: 3...5, band: 99)],
      [Fusion(layers: 3...5, band: 1), Fusion(layers: 5...7, band: 1)],
      // The first residual block's output is read twice: by the next one and by its addition.
      [Fusion(layers: 8...9, band: 1)],
    ] {
      #expect(throws: ExecutionError.self, "\(fusions)") { try network.fusing(fusions) }
    }
  }

  /// Somebody else reads what is between the layers.
  @Test func sharedTensorsAreNotFused() throws {
    func fusible(_ body: (GraphBuilder, Int) -> Int) throws -> Int {
      let graph = try tiny(channels: 16) { b in
        let d = b.convolution(0, 16, kernel: 3, padding: 1, groups: 16)
        return body(b, d)
      }
      return try LoweredNetwork(graph: graph, vectorWidth: 16).fusible.count
    }
    #expect(try fusible { b, d in b.convolution(d, 8, kernel: 1) } == 1)
    #expect(try fusible { b, d in b.concatenation([d, b.convolution(d, 16, kernel: 1)]) } == 0)
    #expect(
      try fusible { b, d in b.relu(b.add(b.convolution(d, 16, kernel: 1), shortcut: d)) } == 0)
    // Behind the depthwise convolution there must be a 1×1 one.
    #expect(try fusible { b, d in b.convolution(d, 8, kernel: 3) } == 0)
  }
}
