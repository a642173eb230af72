import Convolution
import Execution
import KernelLibrary
import Networks
import Testing
import Topology
import Workers

/// Networks that compute from several tensors, on every instruction set.
@Suite(.serialized) struct SeveralInputTests {
  /// Two images, one behind a convolution and one read by everything; a number per channel late in
  /// the network, when memory has been used again; an input that nothing reads.
  private func graph(isOrdered: Bool = true) throws -> Graph {
    let b = GraphBuilder(
      name: "several", family: "test",
      input: TensorShape(batch: 2, channels: 3, height: 9, width: 8), classes: 5)
    let second = try b.addInput(TensorShape(batch: 2, channels: 3, height: 9, width: 8), name: "b")
    _ = try b.addInput(TensorShape(batch: 2, channels: 3, height: 9, width: 8), name: "unread")
    let late = try b.addInput(TensorShape(batch: 2, channels: 20, height: 1, width: 1), name: "c")
    var x = b.concatenation(isOrdered ? [b.input, second] : [second, b.input])
    x = b.add(b.convolution(x, 20, kernel: 3), shortcut: b.convolution(second, 20, kernel: 3))
    for _ in 0..<3 { x = b.relu(b.convolution(x, 20, kernel: 3)) }
    x = b.add(b.globalAveragePool(x), shortcut: late)
    return try b.build(output: b.fullyConnected(x, 5))
  }

  @Test func allAreRead() throws { try SessionTests.check(graph()) }

  @Test func everyInputCounts() throws {
    let graph = try graph()
    let kernels = Kernels.best
    let pool = WorkerPool(placement: .unbound(threads: 1))
    defer { pool.shutdown() }
    let network = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
    let session = try Session(
      network: network, seed: 1,
      choices: try HeuristicChoices.choices(for: network, target: Target(kernels, pool: pool)),
      kernels: kernels, pool: pool)
    let inputs = graph.seededInputs(seed: 4)
    func output(_ inputs: [[Float]]) throws -> [Float] {
      try session.load(inputs: inputs)
      session.run()
      return session.output
    }
    let whole = try output(inputs)
    for index in inputs.indices {
      var changed = inputs
      changed[index] = changed[index].map { $0 + 1 }
      #expect(try (output(changed) != whole) == (index != 2), "input \(index)")
      #expect(try output(inputs) == whole)
    }
    for wrong in [[], [inputs[0]], inputs + [[0]], [inputs[0], inputs[1], inputs[2], [1]]] {
      #expect(throws: GraphError.self) { try session.load(inputs: wrong) }
    }
    #expect(try graph.structureHash != self.graph(isOrdered: false).structureHash)
  }
}
