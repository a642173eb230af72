import ArgumentParser
import Convolution
import Execution
import KernelLibrary
import Plans
import Races
import Store
import Topology
import Tuning

/// A network's tuning from the workers to the plan: what `tune` and `suite` share.
struct TuningJob {
  /// What may be tuned for.
  let kernels: [Kernels]
  /// Tune for each of them whose FMA peak is near the best, and let the plans race.
  let isAuto: Bool
  let options: TuningOptions
  /// nil for a forecast where there is none.
  let store: Store?
  let request: ThreadRequest
  /// Print a line for every sample.
  var isVerbose = false

  /// - Throws: what `Tuner` throws, `ExitCode` for an interrupt.
  func plan(for choice: NetworkChoice, _ display: TuneDisplay) throws -> Plan {
    for kernels in kernels {
      let lowered = try LoweredNetwork(graph: choice.graph, vectorWidth: kernels.vectorWidth)
      try SessionMemory.check(lowered, MemoryPlan(lowered))
    }
    let rig = try Rig(request)
    defer { rig.shutdown() }
    let sets = isAuto ? InstructionSetRace.contenders(on: rig.pool) : kernels
    let plans = try sets.map { kernels in
      var options = options
      // Each has its part of the time, and their race one more.
      if sets.count > 1 { options.seconds = options.seconds.map { $0 / Double(sets.count + 1) } }
      return try plan(for: choice, kernels, options, rig, display)
    }
    guard plans.count > 1 else { return plans[0] }
    return try InstructionSetRace(graph: choice.graph, pool: rig.pool)
      .run(plans, seconds: Self.raceSeconds)
  }

  /// Of the race between instruction sets.
  private static let raceSeconds = 4.0

  /// For one instruction set.
  private func plan(
    for choice: NetworkChoice, _ kernels: Kernels, _ options: TuningOptions, _ rig: Rig,
    _ display: TuneDisplay
  ) throws -> Plan {
    let lowered = try LoweredNetwork(graph: choice.graph, vectorWidth: kernels.vectorWidth)
    let (machine, placement) = (rig.machine, rig.placement)
    let tuner = tuner(kernels, options, rig, display)
    display.start(
      "\(choice.graph.name), \(placement), \(kernels.instructionSet.title), store \(store?.path ?? "none")"
    )
    let tuned = try orExit(display) { try tuner.tune(network: lowered, progress: display.show) }
    return Plan(
      machine: machine.fingerprint,
      network: choice.identity,
      threads: rig.team,
      isa: kernels.instructionSet, budgets: options.budgets, kernels: tuned.kernels,
      layers: tuned.layers, fusions: tuned.fusions)
  }
  /// Races problems on their own, without a network around them.
  ///
  /// - Returns: what won of each, for each instruction set that was tuned for.
  /// - Throws: what `Tuner` throws, `ExitCode` for an interrupt.
  func race(_ workloads: [Workload], _ display: TuneDisplay) throws -> [PlanLayer] {
    let layers = workloads.enumerated().map {
      TuningLayer(name: "problem \($0 + 1)", workload: $1)
    }
    let rig = try Rig(request)
    defer { rig.shutdown() }
    let sets = isAuto ? InstructionSetRace.contenders(on: rig.pool) : kernels
    return try sets.flatMap { kernels in
      var options = options
      options.seconds = options.seconds.map { $0 / Double(sets.count) }
      let tuner = tuner(kernels, options, rig, display)
      display.start(
        "\(layers.count) problems, \(rig.placement), \(kernels.instructionSet.title), store "
          + (store?.path ?? "none"))
      return try orExit(display) { try tuner.tune(layers: layers, progress: display.show) }
    }
  }

  /// What tuning a network would do, for each instruction set that may be tuned for.
  func forecast(for choice: NetworkChoice) throws -> [TuningForecast] {
    try forecasts { kernels in
      try LoweredNetwork(graph: choice.graph, vectorWidth: kernels.vectorWidth).layers.map {
        TuningLayer(name: $0.name, workload: $0.workload)
      }
    }
  }

  /// What racing problems on their own would do.
  func forecast(for workloads: [Workload]) throws -> [TuningForecast] {
    let layers = workloads.enumerated().map {
      TuningLayer(name: "problem \($0 + 1)", workload: $1)
    }
    return try forecasts(isNetwork: false) { _ in layers }
  }

  private func forecasts(
    isNetwork: Bool = true, _ layers: (Kernels) throws -> [TuningLayer]
  ) throws -> [TuningForecast] {
    let rig = try Rig(request)
    defer { rig.shutdown() }
    return try kernels.map { kernels in
      try tuner(kernels, options, rig, TuneDisplay())
        .forecast(layers(kernels), isNetwork: isNetwork)
    }
  }

  private func tuner(
    _ kernels: Kernels, _ options: TuningOptions, _ rig: Rig, _ display: TuneDisplay
  ) -> Tuner {
    Tuner(
      kernels: kernels, pool: rig.pool, machine: rig.machine, request: rig.request, store: store,
      options: options, isInterrupted: { Interrupt.isRequested },
      willKeep: isVerbose ? display.showSample : { _, _ in })
  }

  /// An interrupt is not an error of its own.
  private func orExit<Value>(_ display: TuneDisplay, _ body: () throws -> Value) throws -> Value {
    do {
      let value = try body()
      display.clear()
      return value
    } catch RaceError.interrupted {
      display.clear()
      printProblem("\(RaceError.interrupted); run the same command to go on")
      throw ExitCode(Interrupt.exitCode)
    }
  }
}
