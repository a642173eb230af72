// Invariant: `current` changes only between runs, on the thread that owns the session.

import Convolution
import KernelLibrary
import Workers

/// Several candidates of one layer, of which one runs: a session can compare them in place.
final class SwitchedConvolution: PreparedConvolution, @unchecked Sendable {
  let candidates: [any PreparedConvolution]
  private var current: any PreparedConvolution

  /// - Parameter candidates: at least one; the first runs until another is selected.
  init(_ candidates: [any PreparedConvolution]) {
    self.candidates = candidates
    current = candidates[0]
  }

  func select(_ index: Int) {
    if candidates.indices.contains(index) { current = candidates[index] }
  }

  var workspaceCount: Int { candidates.map(\.workspaceCount).max() ?? 0 }
  var packedCount: Int { candidates.reduce(0) { $0 + $1.packedCount } }
  var weightError: Double { current.weightError }

  func run(
    input: TensorView, output: TensorView, residual: TensorView?,
    workspace: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    current.run(
      input: input, output: output, residual: residual, workspace: workspace, pool: pool)
  }
}
