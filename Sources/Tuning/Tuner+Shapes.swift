import Convolution
import KernelLibrary
import Races
import Store
import Topology

extension Tuner {
  /// Layers that compute the same.
  struct Shape {
    var layer: TuningLayer
    var layers: [Int]
    /// Those that race.
    var candidates: [Candidate]
    /// Of a race of all.
    var key: RaceKey
    /// Of the times with hot caches.
    var hotKey: RaceKey {
      var key = key
      key.cacheState = .hot
      return key
    }
    /// Expected tuning time, in seconds or so.
    var cost: Double
  }

  func uniqueShapes(_ layers: [TuningLayer]) throws -> [Shape] {
    var order: [Workload] = []
    var members: [Workload: [Int]] = [:]
    for (index, layer) in layers.enumerated() {
      if members[layer.workload] == nil { order.append(layer.workload) }
      members[layer.workload, default: []].append(index)
    }
    let shapes = try order.map { workload -> Shape in
      let indices = members[workload] ?? []
      let list = try CandidateList(
        for: workload.problem, target: Target(kernels, pool: pool),
        strategies: options.strategies, maxError: options.maxError)
      let layer = layers[indices[0]]
      guard !list.candidates.isEmpty else {
        let reasons = list.rejections.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        throw RaceError.noCandidate(
          reason: "layer \(layer.name) (\(layer.problem)): no strategy applies; "
            + reasons.joined(separator: "; ")
            + "; direct always applies")
      }
      let racing = options.guesses.map(list.guesses) ?? list.candidates
      return Shape(
        layer: layer, layers: indices, candidates: racing,
        key: key(
          workload, kernels: KernelSignature(of: list.candidates),
          scope: options.scope(candidates: list.candidates.count)),
        cost: cost(workload.problem, candidates: racing.count))
    }
    let weights = shapes.map { Double($0.layers.count) * Double($0.layer.problem.operations) }
    return shapes.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }.map { shapes[$0] }
  }

  /// Runs at 30 GFLOP/s or 10 GB/s and a constant for eviction; only ratios matter.
  func cost(_ problem: ConvolutionProblem, candidates: Int) -> Double {
    let run =
      Double(problem.operations) / 30e9 / Double(pool.count)
      + Double(problem.compulsoryBytes) / 10e9 + 3e-4
    return Double(candidates) * 6 * run + 0.3 + 200 * run
  }

  func key(
    _ workload: Workload, kernels signature: KernelSignature,
    subject: RaceSubject = .isolated, scope: RaceScope
  ) -> RaceKey {
    RaceKey(
      machine: fingerprint.id, isa: kernels.instructionSet, team: team, cacheState: .network,
      workload: workload, kernels: signature, subject: subject, scope: scope)
  }
}
