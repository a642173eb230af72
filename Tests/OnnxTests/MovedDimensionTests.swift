import Testing

@testable import Onnx

/// Operators on dimensions that lie anywhere, against loops over the model's own dimensions.
@Suite struct MovedDimensionTests {
  private let dims = [2, 3, 4, 5]
  private var x: Expected { Expected(dims, numbers(120)) }

  private func model(_ build: (inout TestModel) -> Void) -> TestModel {
    var model = TestModel(input: dims.map { $0 })
    build(&model)
    return model
  }

  @Test(arguments: [[0, 1, 3, 2], [3, 2, 1, 0], [1, 0, 2, 3], [2, 3, 0, 1]])
  func transposes(_ order: [Int]) throws {
    let model = model { $0.node("Transpose", ["x"], ["perm": .ints(order)]) }
    let expected = Expected(order.map { dims[$0] }) { p in
      var place = [0, 0, 0, 0]
      for (index, dim) in order.enumerated() { place[dim] = p[index] }
      return x[place]
    }
    let network = try model.network()
    #expect(network.graph.outputInterface.extents == expected.dims)
    #expect(try model.output(numbers(120)) == expected.values)
  }

  @Test(arguments: 0..<4) func joins(_ axis: Int) throws {
    let model = model {
      $0.node("Transpose", ["x"], to: ["t"], ["perm": .ints([3, 1, 0, 2])])
      $0.node("Concat", ["t", "t"], ["axis": .int(axis)])
    }
    var size = [5, 3, 2, 4]
    let extent = size[axis]
    size[axis] *= 2
    let expected = Expected(size) { p in
      var p = p
      p[axis] %= extent
      return x[[p[2], p[1], p[3], p[0]]]
    }
    #expect(try model.output(numbers(120)) == expected.values)
  }

  @Test(arguments: 0..<4) func choices(_ axis: Int) throws {
    let model = model {
      $0.ints("i", [1, 0, 1])
      $0.node("Gather", ["x", "i"], ["axis": .int(axis)])
    }
    var size = dims
    size[axis] = 3
    let expected = Expected(size) { p in
      var p = p
      p[axis] = [1, 0, 1][p[axis]]
      return x[p]
    }
    #expect(try model.output(numbers(120)) == expected.values)
  }

  @Test(arguments: [[0], [1], [3], [0, 2], [1, 3], [1, 2], [0, 1, 2, 3]])
  func reductions(_ axes: [Int]) throws {
    for (type, keeps) in [("ReduceMean", 1), ("ReduceMax", 0)] {
      let model = model {
        $0.node(type, ["x"], ["axes": .ints(axes), "keepdims": .int(keeps)])
      }
      let kept = dims.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
      let rest = dims.enumerated().map { axes.contains($0.offset) ? $0.element : 1 }
      let expected = Expected(kept) { p in
        let values = Expected.places(rest).map { x[zip(p, $0).map(+)] }
        return type == "ReduceMax"
          ? values.max() ?? 0 : values.reduce(0, +) / Double(values.count)
      }
      #expect(distance(try model.output(numbers(120)), expected.values) < 1e-12)
    }
  }

  @Test func signals() throws {
    var model = TestModel(input: [2, 3, 10])
    model.floats("w", [4, 3, 3], numbers(36))
    model.node(
      "Conv", ["x", "w"], to: ["c"], ["strides": .ints([2]), "pads": .ints([1, 0])])
    model.node("MaxPool", ["c"], ["kernel_shape": .ints([2])])
    let (x, w) = (Expected([2, 3, 10], numbers(60)), Expected([4, 3, 3], numbers(36)))
    let convolved = Expected([2, 4, 5]) { p in
      Expected.places([3, 3]).reduce(0) {
        $0 + x[[p[0], $1[0], p[2] * 2 + $1[1] - 1]] * w[[p[1]] + $1]
      }
    }
    let expected = Expected([2, 4, 4]) { p in
      max(convolved[p], convolved[[p[0], p[1], p[2] + 1]])
    }
    #expect(try model.network().graph.outputInterface.extents == [2, 4, 4])
    #expect(distance(try model.output(numbers(60)), expected.values) < 1e-5)
  }

  @Test func productsOfTheLastDimension() throws {
    let model = model {
      $0.floats("w", [5, 2], numbers(10))
      $0.node("MatMul", ["x", "w"])
    }
    let w = Expected([5, 2], numbers(10))
    let expected = Expected([2, 3, 4, 2]) { p in
      (0..<5).reduce(0) { $0 + x[[p[0], p[1], p[2], $1]] * w[[$1, p[3]]] }
    }
    #expect(distance(try model.output(numbers(120)), expected.values) < 1e-6)
  }

  @Test func repetitions() throws {
    let model = model {
      $0.ints("r", [1, 2, 1, 3])
      $0.node("Tile", ["x", "r"])
    }
    let expected = Expected([2, 6, 4, 15]) { p in x[[p[0], p[1] % 3, p[2], p[3] % 5]] }
    #expect(try model.output(numbers(120)) == expected.values)
  }

  /// A tensor of fewer dimensions is repeated along the first ones.
  @Test func operandsOfOtherRanks() throws {
    let model = model {
      $0.node("ReduceMean", ["x"], to: ["m"], ["axes": .ints([0]), "keepdims": .int(0)])
      $0.node("Sub", ["x", "m"])
    }
    let expected = Expected(dims) { p in
      x[p] - (x[[0, p[1], p[2], p[3]]] + x[[1, p[1], p[2], p[3]]]) / 2
    }
    #expect(distance(try model.output(numbers(120)), expected.values) < 1e-12)
  }

  @Test func normalisations() throws {
    for axis in [1, 2, 3] {
      let count = dims.dropFirst(axis).reduce(1, *)
      let model = model {
        $0.floats("s", Array(dims.dropFirst(axis)), numbers(count, 2))
        $0.node("LayerNormalization", ["x", "s"], ["axis": .int(axis)])
      }
      let values = numbers(120).map(Double.init)
      var expected: [Double] = []
      for start in stride(from: 0, to: 120, by: count) {
        let run = values[start..<start + count]
        let mean = run.reduce(0, +) / Double(count)
        let variance = run.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        for (value, scale) in zip(run, numbers(count, 2)) {
          expected.append((value - mean) / (variance + 1e-5).squareRoot() * Double(scale))
        }
      }
      #expect(distance(try model.output(numbers(120)), expected) < 1e-6, "axis \(axis)")
    }
  }
}
