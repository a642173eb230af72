import Convolution
import Networks
import Testing

@Suite struct GraphBuilderTests {
  private func builder(_ channels: Int = 4, _ side: Int = 8) -> GraphBuilder {
    GraphBuilder(
      name: "net", family: "test",
      input: TensorShape(channels: channels, height: side, width: side), classes: 10)
  }

  /// The error of a graph of one or two nodes.
  private func message(_ body: (GraphBuilder) -> Int) -> String {
    let b = builder()
    let output = body(b)
    do {
      _ = try b.build(output: output)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func mismatchesNameTheNode() {
    #expect(
      message { b in b.add(b.convolution(b.input, 5, kernel: 1), shortcut: b.input) }
        == "net: add1: adds 1×5×8×8 and 1×4×8×8; the shapes must be equal")
    #expect(
      message { b in b.concatenation([b.input, b.maxPool(b.input, kernel: 2, stride: 2)]) }
        .hasPrefix("net: concat1: concatenates 1×4×8×8 and 1×4×4×4"))
    #expect(
      message { b in b.convolution(b.input, 6, kernel: 3, groups: 4) }
        == "net: conv1: output channels 6 are not divisible by groups 4")
    #expect(
      message { b in b.convolution(b.input, 6, kernel: 9, padding: .valid) }
        .contains("kernel 9×9 does not fit into its 8×8 input"))
    #expect(
      message { b in b.maxPool(b.input, kernel: 2, stride: 2, padding: 2) }
        .contains("padding must be smaller than the kernel"))
    #expect(message { b in b.append(.add, [b.input]) }.contains("takes 2 inputs, not 1"))
    #expect(message { b in b.append(.softmax, [7]) }.contains("a node that is not there"))
    #expect(message { b in b.concatenation([]) }.contains("takes 1 inputs, not 0"))
  }

  @Test func onlyTheFirstErrorCounts() {
    let text = message { b in
      b.scope("first") { b.softmax(b.add(b.convolution(b.input, 0, kernel: 1), shortcut: 99)) }
    }
    #expect(text.hasPrefix("net: first.conv1: "))
  }

  /// Nothing overflows or allocates.
  @Test func absurdNumbersAreErrors() {
    for huge in [1 << 25, 1 << 40, Int.max] {
      #expect(message { b in b.convolution(b.input, huge, kernel: 1) } != "no error")
      #expect(message { b in b.convolution(b.input, 1, kernel: Kernel(huge)) } != "no error")
      #expect(message { b in b.convolution(b.input, 1, kernel: 1, stride: huge) } != "no error")
      #expect(message { b in b.convolution(b.input, 1, kernel: 3, dilation: huge) } != "no error")
      #expect(
        message { b in b.convolution(b.input, 1, kernel: 3, padding: .each(huge)) } != "no error")
      #expect(message { b in b.maxPool(b.input, kernel: Kernel(huge), stride: 1) } != "no error")
      #expect(message { b in b.subsample(b.input, stride: 1, channels: huge << 10) } != "no error")
      #expect(message { b in b.fullyConnected(b.input, huge) } != "no error")
    }
    let b = GraphBuilder(
      name: "net", family: "test",
      input: TensorShape(batch: .max, channels: 1, height: 1, width: 1), classes: 1)
    #expect(throws: GraphError.self) { try b.build(output: b.relu(b.input)) }
  }

  /// Values from PyTorch's documentation of its formula: ⌈(8 - 3) / 2⌉ + 1 = 4; with a stride
  /// beyond the kernel the window that would start outside is dropped.
  @Test func poolShapes() throws {
    let b = builder()
    #expect(b.shape(b.maxPool(b.input, kernel: 3, stride: 2)).height == 3)
    #expect(b.shape(b.maxPool(b.input, kernel: 3, stride: 2, ceilMode: true)).height == 4)
    #expect(b.shape(b.maxPool(b.input, kernel: 1, stride: 4, ceilMode: true)).height == 2)
    #expect(b.shape(b.maxPool(b.input, kernel: 3, stride: 2, padding: 1)).height == 4)
    #expect(b.shape(b.averagePool(b.input, kernel: [1, 3], stride: 1)).width == 6)
  }

  @Test func fullyConnectedIsAConvolution() throws {
    let b = builder()
    let graph = try b.build(output: b.fullyConnected(b.input, 10))
    let node = graph.nodes[graph.output]
    #expect(graph.problem(of: node)?.description == "mb1ic4ih8oc10oh1kh8")
    #expect(graph.parameters == 4 * 64 * 10 + 10)
    #expect(graph.macs == 4 * 64 * 10)
    #expect(graph.convolutions.isEmpty)
  }

  @Test func namesAreCountedWithinTheirScope() throws {
    let b = builder()
    let x = b.scope("a") { b.relu(b.relu(b.input)) }
    let y = b.append(.softmax, [b.scope("b") { b.relu(x) }], name: "end")
    let graph = try b.build(output: y)
    #expect(graph.nodes.map(\.name) == ["input", "a.relu1", "a.relu2", "b.relu1", "end"])
  }
}
