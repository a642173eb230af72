import Convolution
import Networks

/// A graph of a few nodes.
func tiny(
  channels: Int = 3, side: Int = 11, width: Int? = nil, batch: Int = 1,
  _ body: (GraphBuilder) -> Int
) throws -> Graph {
  let builder = GraphBuilder(
    name: "tiny", family: "test",
    input: TensorShape(batch: batch, channels: channels, height: side, width: width ?? side),
    classes: 7)
  return try builder.build(output: body(builder))
}
