import Convolution
import Networks
import Testing

@Suite struct GivenParameterTests {
  private func builder() -> GraphBuilder {
    GraphBuilder(
      name: "net", family: "test", input: TensorShape(channels: 2, height: 2, width: 2),
      classes: 2)
  }

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

  @Test func theSeedDoesNotMatter() throws {
    let b = builder()
    let attributes = ConvolutionAttributes(outputChannels: 1, kernel: Extent(1))
    var x = b.convolution(b.input, attributes, weights: [1, 10], bias: [3])
    x = b.batchNormalization(
      x, scale: [2], shift: [1], mean: [3], variance: [0.75], epsilon: 0.25)
    x = b.fullyConnected(x, 1, weights: [1, 2, 3, 4])
    let graph = try b.build(output: x)
    // 1 * 51 + 2 * 62 … of 2 * (x + 10 y) + 1
    let input: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
    let expected = zip([1, 2, 3, 4], [51, 62, 73, 84]).reduce(0.0) { $0 + $1.0 * (2 * $1.1 + 1) }
    #expect(try Interpreter.run(graph, input: input, seed: 1) == [expected])
    #expect(try Interpreter.run(graph, input: input, seed: 2) == [expected])
    #expect(graph.parameters == 2 + 1 + 2 + 4)
  }

  @Test func wrongCountsNameTheNode() {
    let attributes = ConvolutionAttributes(outputChannels: 3, kernel: Extent(2))
    #expect(
      message { b in b.convolution(b.input, attributes, weights: [1, 2], name: "stem") }
        == "net: stem: is given 2 weights; it takes 24")
    #expect(
      message { b in
        b.convolution(b.input, attributes, weights: [Float](repeating: 1, count: 24), bias: [1])
      } == "net: conv1: is given 1 biases; it takes 3")
    #expect(
      message { b in b.parametricRelu(b.input, slopes: [1]) }
        == "net: prelu1: is given 1 slopes; it takes 2")
    #expect(
      message { b in
        b.batchNormalization(
          b.input, scale: [1, 1], shift: [1, 1], mean: [1, 1], variance: [1], epsilon: 0)
      } == "net: bn1: is given 1 variances; it takes 2")
    #expect(
      message { b in b.constant(TensorShape(channels: 2, height: 1, width: 1), values: [1]) }
        == "net: constant1: is given 1 values; it takes 2")
    #expect(
      message { b in b.append(.softmax, [0], parameters: .given(NodeParameters(bias: [1]))) }
        == "net: softmax1: is given 1 biases; it takes 0")
  }

  @Test func mismatchesNameTheNode() {
    #expect(
      message { b in
        b.arithmetic(
          .add, b.input,
          b.constant(TensorShape(channels: 3, height: 1, width: 1), values: [1, 2, 3]))
      } == "net: add1: combines 1×2×2×2 and 1×3×1×1; extents must be equal or 1")
    #expect(
      message { b in
        b.slice(b.input, SliceAttributes(rows: AxisSlice(first: 1, count: 2)))
      } == "net: slice1: takes 2 rows from 1 in steps of 1; there are 2")
    #expect(
      message { b in b.pad(b.input, PadAttributes(space: Halo(top: -1))) }
        .hasPrefix("net: pad1: pads 2 rows by -1; it must be from 0"))
    #expect(
      message { b in b.pad(b.input, PadAttributes(space: Halo(left: 2), mode: .reflect)) }
        == "net: pad1: pads 2 columns by 2; it must be from 0 to 1")
    #expect(message { b in b.channelShuffle(b.input, groups: 3) } != "no error")
    #expect(message { b in b.gatherChannels(b.input, []) } != "no error")
    #expect(
      message { b in b.depthToSpace(b.input, block: 2, order: .depthFirst) }
        .contains("squares of 2×2 pixels from 2 channels"))
    #expect(
      message { b in b.reshape(b.input, channels: 3, height: 1, width: 1) }
        == "net: reshape1: reshapes 1×2×2×2 to 1×3×1×1; the elements must be as many as before")
  }

  /// Nothing overflows or allocates.
  @Test func absurdNumbersAreErrors() {
    for huge in [1 << 31, 1 << 62, Int.max, Int.min, -1] {
      for slice in [
        AxisSlice(first: huge, count: 2), AxisSlice(first: 1, count: huge),
        AxisSlice(first: 0, count: 2, step: huge), AxisSlice(first: huge, count: 2, step: huge),
      ] {
        #expect(message { b in b.slice(b.input, SliceAttributes(rows: slice)) } != "no error")
      }
      #expect(message { b in b.pad(b.input, PadAttributes(space: Halo(top: huge))) } != "no error")
      #expect(
        message { b in
          b.pad(b.input, PadAttributes(space: .none, channelsBefore: huge, mode: .reflect))
        } != "no error")
      let axis = ResizeAttributes.Axis(size: huge, scale: 2)
      #expect(
        message { b in
          b.resize(
            b.input,
            ResizeAttributes(rows: axis, columns: axis, mode: .linear, coordinates: .halfPixel))
        } != "no error")
      #expect(
        message { b in b.depthToSpace(b.input, block: huge, order: .depthFirst) } != "no error")
      #expect(
        message { b in b.reshape(b.input, channels: huge, height: huge, width: huge) }
          != "no error")
      #expect(message { b in b.channelShuffle(b.input, groups: huge) } != "no error")
      #expect(
        message { b in
          b.constant(TensorShape(channels: huge, height: huge, width: huge), values: [])
        } != "no error")
      #expect(
        message { b in
          b.append(
            .pool(PoolAttributes(kind: .max, kernel: Extent(1), stride: Extent(huge))), [b.input])
        } != "no error")
    }
    #expect(
      message { b in
        b.append(
          .pool(
            PoolAttributes(kind: .max, kernel: Extent(1), stride: Extent(.max), ceilMode: true)),
          [b.input])
      } != "no error")
  }
}
