import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Races

/// Compares a candidate's result on a bench with the definition in Double, at some outputs:
/// corners, edges, channel tails, and a seeded random set. Costs less than timing the candidate.
///
/// The bench's data are such that the definition's sums are exact in `Float`: a candidate with
/// tolerance 0 must give them bit by bit. Besides the chosen outputs, every element is looked at
/// for having been written at all.
public struct CandidateCheck {
  /// Random outputs besides the systematic ones.
  static let randomOutputs = 256
  /// What the tanh of the kernels may differ by, relative L2.
  static let tanhTolerance = 1e-6

  private struct Position: Hashable {
    var n: Int
    var k: Int
    var y: Int
    var x: Int
  }

  private let bench: LayerBench
  private let positions: [Position]
  private let expected: [Double]

  /// Computes the definition at the chosen outputs.
  public init(bench: LayerBench, vectorWidth: Int, seed: UInt64 = 1) {
    self.bench = bench
    let positions = Self.positions(bench.problem, vectorWidth: vectorWidth, seed: seed)
    self.positions = positions
    expected = positions.map { Self.definition(bench, $0) }
  }

  /// Outputs that are compared.
  public var count: Int { positions.count }

  /// Runs the candidate once and compares.
  ///
  /// - Parameters:
  ///   - tolerance: relative L2 error; 0 demands exact equality.
  public func check(_ prepared: any PreparedConvolution, tolerance: Double) -> CheckResult {
    let output = bench.output
    for i in 0..<output.buffer.count { output.buffer.memory[i] = .nan }
    bench.run(prepared)
    let view = output.view
    var squaredError = 0.0
    var squares = 0.0
    var worst: (difference: Double, index: Int) = (0, 0)
    for (index, p) in positions.enumerated() {
      let value = Double(view.base[view.offset(p.n, p.k, p.y, p.x)])
      let difference = abs(value - expected[index])
      if !difference.isFinite {
        return CheckResult(
          error: .infinity, rejection: "output \(text(p)) is \(value), not a finite number")
      }
      squaredError += difference * difference
      squares += expected[index] * expected[index]
      if difference > worst.difference { worst = (difference, index) }
    }
    guard squares > 0 else {
      return CheckResult(error: 0, rejection: "untested: every checked output is zero")
    }
    let error = (squaredError / squares).squareRoot()
    let limit =
      bench.layer.epilogue.activation == .tanh ? max(tolerance, Self.tanhTolerance) : tolerance
    guard error <= limit else {
      let p = positions[worst.index]
      return CheckResult(
        error: error,
        rejection:
          "wrong result: relative error \(String(format: "%.2g", error)) above "
          + "\(String(format: "%.2g", limit)), e.g. at \(text(p))")
    }
    if let unwritten = unwrittenChannel() {
      return CheckResult(
        error: error, rejection: "channel \(unwritten) of the output is not completely written")
    }
    return CheckResult(error: error)
  }

  private func text(_ p: Position) -> String { "[\(p.n)][\(p.k)][\(p.y)][\(p.x)]" }

  private func unwrittenChannel() -> Int? {
    let view = bench.output.view
    let rowCount = view.shape.width * view.block
    for n in 0..<view.shape.batch {
      for block in 0..<view.blocks {
        for y in 0..<view.shape.height {
          let row = view.base + view.offset(n, block * view.block, y, 0)
          for i in 0..<rowCount where !row[i].isFinite {
            return block * view.block + i % view.block
          }
        }
      }
    }
    return nil
  }

  // MARK: What is compared

  private static func positions(
    _ problem: ConvolutionProblem, vectorWidth: Int, seed: UInt64
  ) -> [Position] {
    let (height, width) = (problem.output.height, problem.output.width)
    let last = problem.outputChannels - 1
    let channels = Set([0, last / 2, max(0, last - last % vectorWidth), last])
    let rows = Set([0, height / 2, height - 1])
    let columns = Set([0, min(1, width - 1), width / 2, max(0, width - 2), width - 1])
    var positions: Set<Position> = []
    for n in Set([0, problem.batch - 1]) {
      for k in channels {
        for y in rows {
          for x in columns { positions.insert(Position(n: n, k: k, y: y, x: x)) }
        }
      }
    }
    var random = SeededGenerator(seed: seed)
    for _ in 0..<randomOutputs {
      positions.insert(
        Position(
          n: .random(in: 0..<problem.batch, using: &random),
          k: .random(in: 0...last, using: &random), y: .random(in: 0..<height, using: &random),
          x: .random(in: 0..<width, using: &random)))
    }
    return positions.sorted { ($0.n, $0.k, $0.y, $0.x) < ($1.n, $1.k, $1.y, $1.x) }
  }

  /// `activation(convolution + bias + residual)` in Double.
  private static func definition(_ bench: LayerBench, _ p: Position) -> Double {
    let problem = bench.problem
    let input = bench.input.view
    let channels = problem.inputChannelsPerGroup
    let first = p.k / problem.outputChannelsPerGroup * channels
    var sum = 0.0
    for c in 0..<channels {
      for r in 0..<problem.kernel.height {
        let y = p.y * problem.stride.height + r * problem.dilation.height - problem.paddingTop
        guard (0..<problem.input.height).contains(y) else { continue }
        for s in 0..<problem.kernel.width {
          let x = p.x * problem.stride.width + s * problem.dilation.width - problem.paddingLeft
          guard (0..<problem.input.width).contains(x) else { continue }
          let weight = bench.layer.weights[
            ((p.k * channels + c) * problem.kernel.height + r) * problem.kernel.width + s]
          sum += Double(input.base[input.offset(p.n, first + c, y, x)]) * Double(weight)
        }
      }
    }
    if bench.layer.epilogue.bias { sum += Double(bench.layer.bias[p.k]) }
    if let residual = bench.residual?.view {
      sum += Double(residual.base[residual.offset(p.n, p.k, p.y, p.x)])
    }
    switch bench.layer.epilogue.activation {
    case .none: return sum
    case .relu: return max(sum, 0)
    case .relu6: return min(max(sum, 0), 6)
    case .tanh: return tanh(sum)
    }
  }
}
