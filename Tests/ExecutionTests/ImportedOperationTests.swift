import Convolution
import Execution
import Networks
import Testing

/// The operations of imported models against the interpreter, on every instruction set, with one
/// and two workers.
@Suite(.serialized) struct ImportedOperationTests {
  /// Channels that fill blocks, leave lanes over or are fewer than a block; planes of one pixel,
  /// one row, an odd rectangle.
  static let shapes: [TensorShape] = [
    TensorShape(batch: 2, channels: 5, height: 1, width: 1),
    TensorShape(batch: 1, channels: 1, height: 4, width: 3),
    TensorShape(batch: 2, channels: 19, height: 1, width: 7),
    TensorShape(batch: 1, channels: 32, height: 5, width: 2),
    TensorShape(batch: 2, channels: 33, height: 6, width: 9),
  ]

  /// Checks what an operation computes of a convolution's output through readers whom a wrong lane
  /// or halo would mislead: a normalisation across channels, a convolution with padding, a
  /// concatenation that shares blocks. Each in a graph of its own, so that no large values hide
  /// another's error.
  static func check(
    _ shape: TensorShape, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (GraphBuilder, Int) -> Int
  ) throws {
    func graph(_ reader: (GraphBuilder, Int) -> Int) throws -> Graph {
      let b = GraphBuilder(
        name: "tiny", family: "test",
        input: TensorShape(
          batch: shape.batch, channels: 3, height: shape.height, width: shape.width), classes: 7)
      let x = b.scale(b.convolution(b.input, shape.channels, kernel: 3), by: 3)
      return try b.build(output: reader(b, body(b, x)))
    }
    try SessionTests.check(
      graph { b, y in b.localResponseNormalization(y, size: 5, alpha: 0.5, k: 2) },
      graph { b, y in b.convolution(y, 6, kernel: 3) },
      graph { b, y in b.concatenation([b.relu(y), y]) }, sourceLocation: sourceLocation)
  }

  @Test(
    arguments: [
      .leakyRelu(slope: 0.1), .leakyRelu(slope: 0), .clip(low: -0.5, high: 1.5),
      .clip(low: 0.25, high: 1), .clip(low: 0, high: 6), .clip(low: 0, high: .infinity), .sigmoid,
      .hardSigmoid(slope: 0.2, shift: 0.5), .hardSwish, .silu, .elu(alpha: 1.5), .exponential,
      .absolute,
    ] as [ElementwiseFunction]) func functions(function: ElementwiseFunction) throws
  {
    for shape in Self.shapes {
      try Self.check(shape) { b, x in b.function(x, function) }
    }
  }

  @Test(
    arguments: [
      .errorFunction, .sign, .floor, .ceil, .round, .sine, .cosine, .softplus, .softsign, .mish,
      .gelu(isApproximate: false), .gelu(isApproximate: true), .selu(alpha: 1.67, gamma: 1.05),
      .celu(alpha: 2), .thresholdedRelu(alpha: 0.5),
    ] as [PlainFunction]) func plainFunctions(function: PlainFunction) throws
  {
    for shape in Self.shapes {
      // What jumps must not be asked for beside a jump: sums are rounded differently there.
      try Self.check(shape) { b, x in
        let isStepped = [.sign, .floor, .ceil, .round, .thresholdedRelu(alpha: 0.5)].contains(
          function)
        guard isStepped else { return b.append(.of(function), [x]) }
        let constant = b.append(
          .constant(
            TensorShape(channels: shape.channels, height: shape.height, width: shape.width)), [])
        return b.arithmetic(.multiply, b.append(.of(function), [constant]), x)
      }
    }
  }

  @Test func powersOfPositives() throws {
    for shape in Self.shapes {
      try Self.check(shape) { b, x in
        let positive = b.arithmetic(.add, b.function(x, .sigmoid), b.constant(0.5))
        return b.append(
          .of(PlainFunction.logarithm), [b.append(.of(PlainFunction.power(-0.75)), [positive])])
      }
    }
  }

  /// Of constants, in which two channels never are as good as the same.
  @Test(arguments: [false, true]) func indicesOfExtremes(isMinimum: Bool) throws {
    // Of one channel the index is always 0.
    for shape in Self.shapes where shape.channels > 1 {
      try Self.check(shape) { b, x in
        let constant = b.append(
          .constant(
            TensorShape(channels: shape.channels, height: shape.height, width: shape.width)), [])
        let index = b.append(
          .of(ArgMaximum(isMinimum: isMinimum, takesLast: true)), [constant])
        return b.arithmetic(.multiply, b.scale(index, by: 0.125), b.function(x, .sigmoid))
      }
    }
  }

  @Test func squareRoots() throws {
    for shape in Self.shapes {
      try Self.check(shape) { b, x in b.function(b.function(x, .absolute), .squareRoot) }
    }
  }

  /// Nothing to fuse with, and somebody else reads what a fusion would overwrite.
  @Test func functionsOfSharedValues() throws {
    for shape in Self.shapes {
      try Self.check(shape) { b, x in
        let y = b.function(x, .silu)
        let z = b.function(b.function(y, .elu(alpha: 1)), .sigmoid)
        return b.concatenation([b.add(x, shortcut: z), b.function(x, .sigmoid), y])
      }
    }
  }

  @Test func parametricRectifiers() throws {
    for shape in Self.shapes {
      try Self.check(shape) { b, x in b.append(.parametricRelu, [x]) }
    }
  }

  @Test(arguments: Arithmetic.allCases) func arithmeticOfTensors(arithmetic: Arithmetic) throws {
    for shape in Self.shapes {
      // Never near 0.
      func positive(_ b: GraphBuilder, _ x: Int) -> Int {
        b.arithmetic(.add, b.function(x, .sigmoid), b.constant(0.5))
      }
      try Self.check(shape) { b, x in
        let same = b.arithmetic(
          arithmetic, x, positive(b, b.convolution(x, shape.channels, kernel: 1)))
        // A number per channel and image, as squeeze and excitation has it, from both sides.
        let pixel = positive(b, b.globalAveragePool(x))
        let perChannel = b.arithmetic(
          arithmetic, b.arithmetic(arithmetic, x, pixel), positive(b, b.globalMaxPool(x)))
        let plane = positive(b, b.convolution(x, 1, kernel: 3))
        let perPixel = b.arithmetic(
          arithmetic, b.arithmetic(arithmetic, perChannel, plane), plane)
        let reversed = b.arithmetic(arithmetic, pixel, positive(b, x))
        let outer = b.arithmetic(arithmetic, plane, pixel)
        return b.concatenation([same, perPixel, reversed, outer])
      }
    }
  }

  @Test(arguments: Arithmetic.allCases) func arithmeticWithConstants(arithmetic: Arithmetic) throws
  {
    for shape in Self.shapes {
      func constant(_ b: GraphBuilder, _ shape: TensorShape) -> Int {
        b.append(.constant(shape), [])
      }
      let perChannel = TensorShape(channels: shape.channels, height: 1, width: 1)
      try Self.check(shape) { b, x in
        let folded = b.arithmetic(
          arithmetic, b.arithmetic(arithmetic, x, constant(b, perChannel)), b.constant(0.75))
        let y = b.function(folded, .elu(alpha: 1))
        let positive = b.arithmetic(.add, b.function(y, .sigmoid), b.constant(1))
        let reversed = b.arithmetic(arithmetic, constant(b, perChannel), positive)
        let whole = b.arithmetic(
          arithmetic, reversed,
          constant(
            b, TensorShape(channels: shape.channels, height: shape.height, width: shape.width)))
        let row = b.arithmetic(
          arithmetic, constant(b, TensorShape(channels: 1, height: 1, width: shape.width)), whole)
        return b.concatenation([y, row, constant(b, shape)])
      }
    }
  }

  /// A constant is there from the start, also for a convolution, and as a network's output.
  @Test func constantsAsTensors() throws {
    let shape = TensorShape(channels: 3, height: 5, width: 4)
    try SessionTests.check(
      tiny(channels: 3, side: 5, width: 4) { b in
        let constant = b.append(.constant(shape), [])
        return b.add(
          b.convolution(b.function(constant, .sigmoid), 4, kernel: 3),
          shortcut: b.convRelu(b.arithmetic(.multiply, constant, b.input), 4, kernel: 3))
      })
    try SessionTests.check(tiny(side: 5) { b in b.append(.constant(shape), []) })
  }

  @Test func gatesAreOneStep() throws {
    let graph = try tiny { b in
      let x = b.convolution(b.input, 8, kernel: 3)
      let y = b.convolution(b.arithmetic(.multiply, x, b.function(x, .sigmoid)), 8, kernel: 3)
      return b.arithmetic(
        .multiply, b.function(y, .hardSigmoid(slope: 1.0 / 6, shift: 0.5)), y)
    }
    let network = try LoweredNetwork(graph: graph, vectorWidth: 8)
    #expect(
      network.steps.map(\.kind) == ["convolution", "silu", "convolution", "hardswish"])
    try SessionTests.check(graph)
  }

  @Test func constantsFoldIntoConvolutions() throws {
    let graph = try tiny { b in
      var x = b.convolution(b.input, 8, kernel: 3, bias: false)
      x = b.arithmetic(
        .multiply, x, b.append(.constant(TensorShape(channels: 8, height: 1, width: 1)), []))
      x = b.arithmetic(.subtract, b.constant(2), x)
      return b.function(b.arithmetic(.divide, x, b.constant(0.5)), .clip(low: 0, high: 6))
    }
    let network = try LoweredNetwork(graph: graph, vectorWidth: 8)
    #expect(network.steps.map(\.kind) == ["convolution"])
    #expect(network.layers[0].epilogue == Epilogue(bias: true, activation: .relu6))
    try SessionTests.check(graph)
  }
}
