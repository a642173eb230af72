import Foundation
import Testing

@testable import Onnx

@Suite struct ElementwiseImportTests {
  struct Function: CustomTestStringConvertible, Sendable {
    var type: String
    var attributes: [String: TestModel.Attribute] = [:]
    var label: String
    var value: @Sendable (Double) -> Double
    var testDescription: String { "\(type) \(label)" }
  }

  @Test(arguments: [
    Function(type: "Relu", label: "relu") { max($0, 0) },
    Function(type: "LeakyRelu", label: "leakyrelu") { $0 < 0 ? 0.01 * $0 : $0 },
    Function(type: "LeakyRelu", attributes: ["alpha": .float(0.25)], label: "leakyrelu") {
      $0 < 0 ? 0.25 * $0 : $0
    },
    Function(type: "Sigmoid", label: "sigmoid") { 1 / (1 + exp(-$0)) },
    Function(type: "Tanh", label: "tanh") { tanh($0) },
    Function(type: "HardSwish", label: "hardswish") { $0 * min(max($0 / 6 + 0.5, 0), 1) },
    Function(type: "HardSigmoid", label: "hardsigmoid") { min(max(0.2 * $0 + 0.5, 0), 1) },
    Function(type: "Elu", attributes: ["alpha": .float(0.5)], label: "elu") {
      $0 < 0 ? 0.5 * (exp($0) - 1) : $0
    },
    Function(type: "Exp", label: "exp") { exp($0) },
    Function(type: "Abs", label: "abs") { abs($0) },
    Function(type: "Neg", label: "scale") { -$0 },
    Function(type: "Identity", label: "") { $0 },
    Function(type: "Dropout", label: "dropout") { $0 },
    Function(type: "Cast", attributes: ["to": .int(1)], label: "") { $0 },
  ])
  func functions(_ function: Function) throws {
    var model = TestModel(input: [1, 3, 2, 2], opset: 14)
    model.node(function.type, ["x"], to: ["f"], function.attributes)
    model.node("Flatten", ["f"])
    let x = numbers(12)
    #expect(distance(try model.output(x), x.map { function.value(Double($0)) }) < 1e-6)
    #expect(try model.labels() == (function.label.isEmpty ? [] : [function.label]))
  }

  @Test func limits() throws {
    let x: [Float] = [-3, -0.5, 0.5, 7]
    func model(_ opset: Int, _ limits: [Float?]) -> TestModel {
      var model = TestModel(input: [1, 4, 1, 1], opset: opset)
      var inputs = ["x"]
      var attributes: [String: TestModel.Attribute] = [:]
      for (name, limit) in zip(["min", "max"], limits) {
        if opset < 11 {
          if let limit { attributes[name] = .float(limit) }
        } else {
          inputs.append(limit == nil ? "" : name)
          if let limit { model.floats(name, [], [limit]) }
        }
      }
      model.node("Clip", inputs, attributes)
      return model
    }
    for opset in [7, 13] {
      #expect(try model(opset, [-1, 2]).output(x) == [-1, -0.5, 0.5, 2])
      #expect(try model(opset, [nil, 0.25]).output(x) == [-3, -0.5, 0.25, 0.25])
      #expect(try model(opset, [0, 6]).labels() == ["relu6"])
      #expect(try model(opset, [0, nil]).labels() == ["relu"])
    }
    var minimum = TestModel(input: [1, 4, 1, 1])
    minimum.floats("c", [1], [0.25])
    minimum.node("Min", ["c", "x"])
    #expect(try minimum.output(x) == [-3, -0.5, 0.25, 0.25])
  }

  @Test func slopes() throws {
    var model = TestModel(input: [1, 2, 1, 2])
    model.floats("s", [2, 1, 1], [0.5, -1])
    model.node("PRelu", ["x", "s"])
    #expect(try model.output([-2, 2, -2, 2]) == [-1, 2, 2, 2])
    #expect(try model.labels() == ["prelu"])
  }

  @Test func gates() throws {
    let cases: [(String, [String: TestModel.Attribute], String)] = [
      ("Sigmoid", [:], "silu"), ("HardSigmoid", ["alpha": .float(1.0 / 6)], "hardswish"),
    ]
    for (type, attributes, label) in cases {
      var model = TestModel(input: [1, 2, 2, 2])
      model.node(type, ["x"], to: ["s"], attributes)
      model.node("Mul", ["s", "x"])
      #expect(try model.labels() == [label])
      // A gate that somebody else reads stays one.
      var shared = model
      shared.proto.graph.node[1].output = ["p"]
      shared.node("Add", ["p", "s"])
      #expect(try shared.labels().count == 3)
      let x = numbers(8)
      let gate: (Double) -> Double =
        type == "Sigmoid" ? { 1 / (1 + exp(-$0)) } : { min(max($0 / 6 + 0.5, 0), 1) }
      #expect(distance(try model.output(x), x.map { Double($0) * gate(Double($0)) }) < 1e-6)
      #expect(
        distance(try shared.output(x), x.map { (Double($0) + 1) * gate(Double($0)) }) < 1e-6)
    }
  }

  struct Binary: CustomTestStringConvertible, Sendable {
    var type: String
    var value: @Sendable (Double, Double) -> Double
    var testDescription: String { type }
  }

  @Test(arguments: [
    Binary(type: "Add") { $0 + $1 }, Binary(type: "Sub") { $0 - $1 },
    Binary(type: "Mul") { $0 * $1 }, Binary(type: "Div") { $0 / $1 },
  ])
  func arithmetic(_ binary: Binary) throws {
    let dims = [2, 3, 2, 2]
    let x = Expected(dims, numbers(24))
    for constantDims in [[], [1], [3, 1, 1], [1, 3, 1, 1], [2, 2], [3, 2, 2]] {
      let values = numbers(constantDims.reduce(1, *), 2).map { abs($0) + 0.5 }
      let constant = Expected(constantDims, values)
      let own = { (place: [Int]) in
        constant[
          zip(place.suffix(constantDims.count), constantDims).map { $1 == 1 ? 0 : $0 }]
      }
      for isFirst in [false, true] {
        var model = TestModel(input: dims)
        model.floats("c", constantDims, values)
        model.node(binary.type, isFirst ? ["c", "x"] : ["x", "c"])
        let expected = Expected(dims) { p in
          isFirst ? binary.value(own(p), x[p]) : binary.value(x[p], own(p))
        }
        let error = distance(try model.output(numbers(24)), expected.values)
        #expect(error < 1e-5, "\(constantDims) \(isFirst)")
      }
    }
    // Two computed tensors, the second one repeated over the planes.
    var model = TestModel(input: dims)
    model.node("GlobalMaxPool", ["x"], to: ["g"])
    model.node(binary.type, ["x", "g"])
    let expected = Expected(dims) { p in
      let largest = Expected.places([2, 2]).map { x[[p[0], p[1]] + $0] }.max() ?? 0
      return binary.value(x[p], largest)
    }
    #expect(distance(try model.output(numbers(24)), expected.values) < 1e-5)
  }

  @Test func sums() throws {
    var model = TestModel(input: [1, 2, 1, 1])
    model.node("Relu", ["x"], to: ["r"])
    model.floats("c", [], [10])
    model.node("Sum", ["x", "r", "c"])
    #expect(try model.output([-1, 2]) == [9, 14])
  }
}
