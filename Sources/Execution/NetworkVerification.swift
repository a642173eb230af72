import Base
import Foundation
import KernelLibrary
import Networks
import Workers

/// A session's output beside the interpreter's in Double; of several outputs the worst.
public struct NetworkVerification: Sendable {
  public let network: String
  /// Largest difference of an output.
  public let largestError: Double
  /// The range of the reference's outputs: largest minus smallest.
  public let range: Double
  /// `‖output - reference‖ / ‖reference - its mean‖`, both L2. The mean is left out because a
  /// softmax over weak logits is mostly mean, which any network would get right.
  public let relativeError: Double
  public let isFinite: Bool
  /// The reference's outputs are all the same (or there is one): nothing was tested.
  public let isVacuous: Bool
  /// Two runs gave the same bits.
  public let isRepeatable: Bool
  public let tolerance: Double

  public var passed: Bool {
    isFinite && !isVacuous && isRepeatable && relativeError <= tolerance
  }

  /// - Parameters:
  ///   - choices: one per layer of the network lowered for `kernels`.
  ///   - fusions: layers that run together.
  ///   - tolerance: of `relativeError`. Direct convolution gives at most 1e-5 in the networks here
  ///     (ResNet-1202: 2e-7, Inception-v4: 8e-6); the default leaves room for Winograd.
  ///   - stop: asked while the reference is computed.
  /// - Throws: what `Session` throws, and `Stopped`.
  public static func verify(
    _ graph: Graph, choices: [Candidate], fusions: [Fusion] = [], kernels: Kernels,
    pool: WorkerPool, seed: UInt64, tolerance: Double = 1e-3, stop: StopCheck = .never
  ) throws -> NetworkVerification {
    // Before the session's minutes, and again when its memory is taken.
    try Interpreter.requireMemory(of: graph)
    let network = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
      .fusing(fusions)
    let inputs = graph.seededInputs(seed: seed)
    let session = try Session(
      network: network, seed: seed, choices: choices, kernels: kernels, pool: pool)
    try session.load(inputs: inputs)
    session.run()
    let first = session.outputs
    session.run()
    let again = session.outputs
    let references = try Interpreter.all(graph, inputs: inputs, stop: stop) {
      graph.parameters(of: $0, seed: seed)
    }
    let results = zip(graph.outputs, first).enumerated().map { index, result in
      NetworkVerification(
        graph: graph, output: result.1, isRepeatable: again[index] == result.1,
        reference: references[index], tolerance: tolerance,
        name: graph.outputs.count > 1 ? "\(graph.name), output \(result.0.name)" : graph.name)
    }
    // The worst stands for all: first those that failed, then the largest error.
    return results.dropFirst().reduce(results[0]) { worst, next in
      if worst.passed != next.passed { return worst.passed ? next : worst }
      return next.relativeError > worst.relativeError ? next : worst
    }
  }

  init(
    graph: Graph, output: [Float], isRepeatable: Bool, reference: [Double], tolerance: Double,
    name: String? = nil
  ) {
    network = name ?? graph.name
    self.isRepeatable = isRepeatable
    self.tolerance = tolerance
    isFinite = output.allSatisfy(\.isFinite) && reference.allSatisfy(\.isFinite)
    let mean = reference.reduce(0, +) / Double(max(reference.count, 1))
    var (error, spread, largest) = (0.0, 0.0, 0.0)
    for (value, expected) in zip(output, reference) {
      let difference = abs(Double(value) - expected)
      largest = max(largest, difference)
      error += difference * difference
      spread += (expected - mean) * (expected - mean)
    }
    largestError = largest
    range = (reference.max() ?? 0) - (reference.min() ?? 0)
    isVacuous = !(spread > 0) || output.allSatisfy { $0 == 0 }
    relativeError = spread > 0 ? (error / spread).squareRoot() : .infinity
  }
}

extension NetworkVerification: CustomStringConvertible {
  public var description: String {
    let verdict =
      !isFinite
      ? "FAILED (not finite)"
      : isVacuous
        ? "UNTESTED (constant output)"
        : !isRepeatable
          ? "FAILED (two runs differ)" : passed ? "passed" : "FAILED (above \(tolerance))"
    let errors = String(
      format: "relative L2 error %.1e, largest error %.1e of a range of %.1e", relativeError,
      largestError, range)
    return "\(network): \(verdict), \(errors)"
  }
}
