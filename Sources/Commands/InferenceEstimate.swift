import Base
import Convolution
import Execution
import Foundation
import KernelLibrary
import Measurement
import Plans
import Store
import Topology
import Tuning

/// How long an inference, or a convolution, will take: good enough to plan an afternoon by.
struct InferenceEstimate {
  let ms: Double
  /// Where it is from, in words.
  let source: String

  /// The speed that convolutions are assumed to run at, as a share of the FMA peak.
  static let share = 0.5
  /// Of a machine that was never calibrated.
  static let assumedClock = 3.0

  /// GFLOP/s of so many workers: what `calibrate` measured here, else two FMA units at
  /// `assumedClock`.
  static func peak(
    _ machine: MachineFingerprint, _ kernels: Kernels, threads: Int, store path: String
  ) -> (gflops: Double, source: String) {
    let set = kernels.instructionSet
    let file = MachineCalibration.path(besideStore: path, machine: machine)
    if let data = FileManager.default.contents(atPath: file), data.count < 1 << 20,
      let calibration = try? JSONDecoder().decode(MachineCalibration.self, from: data),
      let peak = calibration.peaks.filter({ $0.instructionSet == set }).min(by: {
        abs($0.threads - threads) < abs($1.threads - threads)
      }), peak.threads > 0
    {
      return (peak.gflops * Double(threads) / Double(peak.threads), "the calibrated peak")
    }
    return (
      Double(kernels.vectorWidth * 2 * 2 * threads) * assumedClock, "an assumed peak"
    )
  }

  /// Of so many floating-point operations.
  init(operations: Double, peak: (gflops: Double, source: String)) {
    ms = operations / (Self.share * peak.gflops) / 1e6
    source =
      "FLOPs at half \(peak.source), \(NumberText.significant(peak.gflops, digits: 3)) GFLOP/s"
  }

  /// Of a network as it will run: by the store's samples as far as it has them, the rest by FLOPs.
  ///
  /// - Parameter store: nil where there is none.
  init(_ run: NetworkRun, identity: Plan.Network, store: Store?, path: String) throws {
    let operations = 2 * Double(run.network.graph.macs)
    let team = run.rig.team
    let fingerprint = run.rig.machine.fingerprint
    let guess = InferenceEstimate(
      operations: operations,
      peak: Self.peak(fingerprint, run.kernels, threads: team.count, store: path))
    guard let store else {
      self = guess
      return
    }
    let pricer = try PlanPricer(
      store: store, machine: fingerprint, isa: run.kernels.instructionSet, threads: team.count,
      smt: team.smt)
    let price = pricer.price(
      Plan(
        machine: fingerprint, network: identity, threads: team,
        isa: run.kernels.instructionSet,
        layers: zip(run.separate.layers, run.choices).map {
          PlanLayer(name: $0.name, workload: $0.workload, untimed: $1)
        }, fusions: run.fusions))
    let total = price.parts.reduce(0) { sum, part in
      sum + run.operations(of: part.part.layers)
    }
    let known = price.parts.reduce(0) { sum, part in
      sum + (part.ms == nil ? 0 : run.operations(of: part.part.layers))
    }
    guard known > 0, total > 0 else {
      self = guess
      return
    }
    ms = price.knownMs * total / known
    source =
      price.knownLayers == price.layers
      ? "the store" : "the store, \(price.knownLayers) of \(price.layers) layers"
  }
}

extension NetworkRun {
  fileprivate func operations(of layers: ClosedRange<Int>) -> Double {
    separate.layers[layers].reduce(0) { $0 + Double($1.problem.operations) }
  }
}
