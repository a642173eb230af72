import Convolution
import Execution
import Networks
import Testing

/// Operations that move elements, against the interpreter.
@Suite(.serialized) struct ImportedMovementTests {
  /// Any order of the axes, and parts of them, into another shape.
  @Test(arguments: ImportedOperationTests.shapes) func permutations(shape: TensorShape) throws {
    let axes = TensorAxis.allCases
    for order in [[0, 1, 3, 2], [3, 2, 1, 0], [2, 0, 3, 1]] {
      try ImportedOperationTests.check(shape) { b, x in
        let sizes = order.map { shape[axes[$0]] }
        let moved = b.append(
          .extended(
            ExtendedOperation(
              Permutation(
                shape: TensorShape(
                  batch: sizes[0], channels: sizes[1], height: 1, width: sizes[2] * sizes[3]),
                parts: order.map { AxisPart(axis: axes[$0], size: shape[axes[$0]]) }))), [x])
        return b.relu(moved)
      }
    }
  }

  @Test(arguments: ImportedOperationTests.shapes) func normalisations(shape: TensorShape) throws {
    for statistics in [.pixels, .groups(shape.channels), .groups(1)]
      as [Normalization.Statistics]
    // Over one number there is nothing left of it.
    where statistics != .pixels || shape.channels > 1 {
      try ImportedOperationTests.check(shape) { b, x in
        b.append(
          .extended(ExtendedOperation(Normalization(statistics, epsilon: 1e-3))), [x])
      }
    }
  }

  @Test(arguments: [2, 16, 32, 48, 70]) func channelSlices(channels: Int) throws {
    for height in [1, 5] {
      let shape = TensorShape(batch: 2, channels: channels, height: height, width: height + 2)
      let half = channels / 2
      try ImportedOperationTests.check(shape) { b, x in
        let first = b.slice(x, SliceAttributes(channels: AxisSlice(first: 0, count: half)))
        let second = b.slice(
          x, SliceAttributes(channels: AxisSlice(first: half, count: channels - half)))
        let every = b.slice(
          x, SliceAttributes(channels: AxisSlice(first: channels - 1, count: half, step: -2)))
        let shuffled = b.channelShuffle(
          b.concatenation([b.function(second, .sigmoid), b.relu(first)]), groups: 2)
        return b.concatenation([every, second, shuffled])
      }
    }
  }

  @Test(arguments: ImportedOperationTests.shapes) func spatialSlices(shape: TensorShape) throws {
    try ImportedOperationTests.check(shape) { b, x in
      b.concatenation([
        b.slice(
          x,
          SliceAttributes(
            rows: AxisSlice(first: shape.height - 1, count: 1),
            columns: AxisSlice(first: shape.width - 1, count: (shape.width + 1) / 2, step: -2))),
        b.slice(
          x,
          SliceAttributes(
            rows: AxisSlice(first: 0, count: 1),
            columns: AxisSlice(first: 0, count: (shape.width + 1) / 2, step: 2))),
      ])
    }
  }

  @Test(arguments: [.constant(0), .constant(-1.5), .edge, .reflect] as [PadAttributes.Mode])
  func borders(mode: PadAttributes.Mode) throws {
    for shape in ImportedOperationTests.shapes {
      let limit = mode == .reflect ? min(shape.height, shape.width, shape.channels) - 1 : 3
      try ImportedOperationTests.check(shape) { b, x in
        let border = b.pad(
          x,
          PadAttributes(
            space: Halo(
              top: min(1, limit), left: min(2, limit), bottom: min(2, limit), right: limit),
            mode: mode))
        return b.pad(
          border,
          PadAttributes(
            space: .none, channelsBefore: min(3, limit), channelsBehind: min(1, limit), mode: mode))
      }
    }
  }

  @Test(arguments: ResizeAttributes.Coordinates.allCases)
  func resizes(coordinates: ResizeAttributes.Coordinates) throws {
    let scales = [(2.0, 2.0), (1, 3), (4, 1), (1.5, 2.5), (2, 3)]
    for (index, shape) in ImportedOperationTests.shapes.enumerated() {
      let (vertical, horizontal) = scales[index]
      let rounding = ResizeAttributes.Rounding.allCases[index % 4]
      for mode in [
        .nearest(rounding), .linear, .cubic(coefficient: -0.75, excludesOutside: index % 2 == 1),
      ] as [ResizeAttributes.Mode] {
        try ImportedOperationTests.check(shape) { b, x in
          b.resize(
            x,
            ResizeAttributes(
              rows: ResizeAttributes.Axis(
                size: Int(Double(shape.height) * vertical), scale: vertical),
              columns: ResizeAttributes.Axis(
                size: Int(Double(shape.width) * horizontal), scale: horizontal), mode: mode,
              coordinates: coordinates))
        }
      }
    }
  }

  @Test(arguments: DepthOrder.allCases) func depthToSpace(order: DepthOrder) throws {
    for (channels, block) in [(4, 2), (12, 2), (64, 2), (144, 3)] {
      try ImportedOperationTests.check(
        TensorShape(batch: 2, channels: channels, height: 3, width: 2)
      ) { b, x in
        b.depthToSpace(x, block: block, order: order)
      }
    }
  }

  @Test(arguments: ImportedOperationTests.shapes) func reshapes(shape: TensorShape) throws {
    try ImportedOperationTests.check(shape) { b, x in
      let flat = b.function(b.flatten(x), .sigmoid)
      return b.reshape(
        flat, channels: shape.width, height: shape.channels, width: shape.height)
    }
  }

  @Test(arguments: ImportedOperationTests.shapes.filter { $0.channels > 1 })
  func logSoftmax(shape: TensorShape) throws {
    try ImportedOperationTests.check(shape) { b, x in
      b.scale(b.logSoftmax(b.scale(x, by: 2)), by: 0.5)
    }
  }

  @Test(arguments: ImportedOperationTests.shapes.filter { $0.channels > 1 })
  func globalMaxima(shape: TensorShape) throws {
    try ImportedOperationTests.check(shape) { b, x in b.globalMaxPool(x) }
  }

  /// Whole blocks are read where they lie; a function overwrites what nobody else reads, also
  /// within a concatenation.
  @Test func slicesAndFunctionsShareMemory() throws {
    let graph = try tiny(batch: 2) { b in
      let x = b.convolution(b.input, 32, kernel: 3)
      let first = b.slice(x, SliceAttributes(channels: AxisSlice(first: 0, count: 16)))
      let second = b.slice(x, SliceAttributes(channels: AxisSlice(first: 16, count: 16)))
      let y = b.function(b.function(b.convolution(first, 16, kernel: 3), .silu), .elu(alpha: 1))
      return b.convolution(
        b.concatenation([b.function(second, .sigmoid), y, second]), 7, kernel: 3)
    }
    let network = try LoweredNetwork(graph: graph, vectorWidth: 16)
    #expect(
      network.steps.map(\.kind) == [
        "convolution", "convolution", "silu", "elu", "sigmoid", "copy", "convolution",
      ])
    // Of the input, its convolution, the concatenation, the output.
    #expect(network.storages.count == 4)
    try SessionTests.check(graph)
  }
}
