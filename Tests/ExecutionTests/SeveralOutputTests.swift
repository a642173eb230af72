import Convolution
import Execution
import KernelLibrary
import Networks
import Testing
import Topology
import Workers

/// Networks that are run for several values, on every instruction set.
@Suite(.serialized) struct SeveralOutputTests {
  /// A value that a convolution reads on, part of a concatenation, what a function would overwrite,
  /// and the end; in an order of their own.
  private func graph() throws -> Graph {
    let b = GraphBuilder(
      name: "several", family: "test",
      input: TensorShape(batch: 2, channels: 3, height: 7, width: 6),
      classes: 5)
    let first = b.convolution(b.input, 16, kernel: 3)
    let second = b.function(first, .sigmoid)
    let third = b.concatenation([b.convolution(second, 16, kernel: 1), second])
    let last = b.softmax(b.fullyConnected(third, 5))
    return try b.build(
      outputs: zip(
        ["end", "logits", "gate", "joined", "start"], [last, last - 1, second, third, first]
      )
      .map { name, node in
        GraphOutput(name: name, node: node, interface: TensorInterface(b.shape(node)))
      })
  }

  @Test func allAreComputed() throws {
    let graph = try graph()
    let references = try Interpreter.all(graph, inputs: graph.seededInputs(seed: 3)) {
      graph.parameters(of: $0, seed: 3)
    }
    #expect(references.map(\.count) == graph.outputs.map { graph.nodes[$0.node].shape.count })
    // `verify` compares every output; it must be told apart from comparing the first only.
    try SessionTests.check(graph)
    let kernels = Kernels.best
    let pool = WorkerPool(placement: .unbound(threads: 1))
    let network = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
    let session = try Session(
      network: network, seed: 3,
      choices: try HeuristicChoices.choices(
        for: network, target: Target(kernels, pool: pool)),
      kernels: kernels, pool: pool)
    try session.load(input: graph.seededInput(seed: 3))
    session.run()
    for (values, reference) in zip(session.outputs, references) {
      let largest = zip(values, reference).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(values.count == reference.count && largest < 1e-4)
    }
    #expect(session.output == session.outputs[0])
    pool.shutdown()
  }

  @Test func hashesTellOutputsApart() throws {
    func hash(_ nodes: [Int]) throws -> String {
      let b = GraphBuilder(
        name: "n", family: "test", input: TensorShape(channels: 3, height: 7, width: 6), classes: 5)
      _ = b.relu(b.relu(b.input))
      return try b.build(
        outputs: nodes.map {
          GraphOutput(name: "\($0)", node: $0, interface: TensorInterface(b.shape($0)))
        }
      ).structureHash
    }
    #expect(try Set([[1], [2], [1, 2], [2, 1]].map(hash)).count == 4)
  }
}
