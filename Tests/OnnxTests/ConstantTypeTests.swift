import Testing

@testable import Onnx

/// Constants are computed as their element types have it.
@Suite struct ConstantTypeTests {
  /// `x + f(values)`, where `f` is a chain of operators on constants.
  private func folded(
    _ values: [Float], _ steps: [(type: String, other: [Float]?, [String: TestModel.Attribute])],
    to type: Int? = nil
  ) throws -> [Double] {
    var model = TestModel(input: [1, values.count])
    model.floats("v", [1, values.count], values)
    var name = "v"
    func cast(_ source: String, _ target: String, _ type: Int) {
      model.node("Cast", [source], to: [target], ["to": .int(type)])
    }
    if let type {
      cast("v", "t", type)
      name = "t"
    }
    for (index, step) in steps.enumerated() {
      var inputs = [name]
      if let other = step.other {
        model.floats("o\(index)", [1, other.count], other)
        inputs.append("o\(index)")
        if let type {
          cast("o\(index)", "c\(index)", type)
          inputs[1] = "c\(index)"
        }
      }
      name = "r\(index)"
      model.node(step.type, inputs, to: [name], step.2)
    }
    cast(name, "f", 1)
    model.node("Add", ["x", "f"])
    return try model.output([Float](repeating: 0, count: values.count))
  }

  @Test func remainders() throws {
    let (a, b): ([Float], [Float]) = ([7, -7, 7, -7], [3, 3, -3, -3])
    for type in [6, 7] {
      #expect(try folded(a, [("Mod", b, [:])], to: type) == [1, 2, -2, -1])
      #expect(try folded(a, [("Mod", b, ["fmod": .int(1)])], to: type) == [1, -1, 1, -1])
    }
    #expect(
      try folded([5.5, -5.5], [("Mod", [2, 2], ["fmod": .int(1)])]) == [1.5, -1.5])
    #expect(throws: OnnxError.self) { try folded([5.5], [("Mod", [2], [:])]) }
  }

  @Test func narrowIntegersWrap() throws {
    #expect(try folded([250, 3], [("Add", [10, 4], [:])], to: 2) == [4, 7])
    #expect(try folded([100, -100], [("Sub", [-100, 100], [:])], to: 3) == [-56, 56])
    #expect(try folded([300], [("Mul", [300], [:])], to: 5) == [24464])
    #expect(try folded([3], [("Pow", [5], [:])], to: 3) == [-13])
    // What a type does not hold has no defined result.
    #expect(throws: OnnxError.self) { try folded([300], [], to: 2) }
    #expect(throws: OnnxError.self) { try folded([-1], [], to: 2) }
    #expect(try folded([3.9, -3.9], [], to: 3) == [3, -3])
  }

  @Test func halvesKeepElevenBits() throws {
    #expect(try folded([0.1, 2049], [], to: 10) == [Double(Float16(0.1)), 2048])
    #expect(try folded([1, 1], [("Add", [0.0001, 0.001], [:])], to: 10)[0] == 1)
    // 8 bits: 257 is a tie between 256 and 258.
    #expect(try folded([257, 259], [], to: 16) == [256, 260])
  }

  @Test func doublesKeepTheirs() throws {
    // 1 + 2^-30 - 1 is 0 in 32 bits.
    let small = Float(1) / Float(1 << 30)
    #expect(
      try folded([1], [("Add", [small], [:]), ("Sub", [1], [:])], to: 11) == [Double(small)])
    #expect(try folded([1], [("Add", [small], [:]), ("Sub", [1], [:])]) == [0])
  }

  @Test func typesAreNotMixed() {
    var model = TestModel(input: [1, 2])
    model.floats("v", [1, 2], [1, 2])
    model.ints("i", [1, 2], dims: [1, 2])
    model.node("Add", ["v", "i"], to: ["s"])
    model.node("Add", ["x", "s"])
    #expect(model.refusal()?.contains("both must be of one type") == true)
  }

  @Test func ranges() throws {
    var model = TestModel(input: [1, 4])
    for (name, value) in [("a", Float(1)), ("b", 2), ("c", 0.3)] {
      model.floats(name, [], [value])
    }
    model.node("Range", ["a", "b", "c"], to: ["r"])
    model.node("Add", ["x", "r"])
    #expect(distance(try model.output([0, 0, 0, 0]), [1, 1.3, 1.6, 1.9]) < 1e-6)
  }
}
