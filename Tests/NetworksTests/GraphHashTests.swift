import Convolution
import Testing

@testable import Networks

@Suite struct GraphHashTests {
  private func graph(
    kernel: Int = 3, channels: Int = 8, height: Int = 8, name: String = "n", weight: Float = 1,
    isSecond: Bool = false
  ) throws -> Graph {
    let builder = GraphBuilder(
      name: name, family: "test", input: TensorShape(channels: 2, height: height, width: 8),
      classes: 1)
    let x = builder.convolution(
      0, ConvolutionAttributes(outputChannels: channels, kernel: Extent(kernel)),
      weights: [Float](repeating: weight, count: channels * 2 * kernel * kernel), name: name)
    let y = builder.relu(x)
    return try builder.build(output: isSecond ? x : y)
  }

  @Test func tellsStructuresApart() throws {
    let hash = try graph().structureHash
    #expect(hash.count == 16)
    #expect(try graph(name: "other", weight: 2).structureHash == hash)
    let others = try [
      graph(kernel: 1), graph(channels: 9), graph(height: 9), graph(isSecond: true),
    ].map(\.structureHash)
    #expect(Set(others + [hash]).count == 5)
  }
}
