import ArgumentParser
import Base
import Benchmarks
import Convolution
import KernelLibrary
import Measurement
import Results
import Runs
import Store
import Topology

/// Problems in several batches, on several numbers of threads, with several instruction sets.
struct BenchSweep {
  let sweep: Sweep
  let problems: [BatchFile.Problem]
  let options: ProblemBenchmark.Options
  /// As the rows call it.
  let cache: String
  let machine: Machine
  let threads: ThreadOptions

  /// In the batches asked for.
  ///
  /// - Throws: `ProblemError` for a batch that a problem cannot have.
  private func batches() throws -> [BatchFile.Problem] {
    try sweep.batches.flatMap { batch in
      try problems.map { problem in
        var problem = problem
        if let batch { problem.problem = try problem.problem.replacing(batch: batch) }
        return problem
      }
    }
  }

  /// Measures all; a problem that cannot be measured is named on standard error.
  ///
  /// - Parameter repeats: for profilers.
  /// - Returns: how many failed.
  func run(_ output: inout BenchOutput, repeats: Int?) throws -> Int {
    let problems = try batches()
    var failed = 0
    for isa in sweep.instructionSets {
      let kernels = try isa.map { try Kernels($0) } ?? .best
      for count in sweep.threads {
        let rig = try Rig(threads.request(count), machine: machine)
        defer { rig.shutdown() }
        if !output.isFirst { try output.show("") }
        try output.begin(kernels, rig, cache: cache)
        let benchmark = ProblemBenchmark(kernels: kernels, pool: rig.pool, machine: machine)
        for problem in problems {
          try Interrupt.check()
          do {
            if let repeats {
              let run = try benchmark.repeatedly(
                problem.problem, times: repeats, options: options,
                isCancelled: { Interrupt.isRequested })
              try Interrupt.check()
              try printResult(BenchText.text(run, problem: problem))
              continue
            }
            let result = try benchmark.run(problem.problem, options: options) {
              Interrupt.isRequested
            }
            try Interrupt.check()
            try output.add(result, problem: problem, cache: cache)
          } catch let error as MeasurementError {
            // The others of a batch may fit.
            printProblem("\(error)")
            failed += 1
          }
        }
      }
    }
    return failed
  }

  /// What each problem's fastest exact strategy gains.
  static func scaling(_ rows: [BenchRow]) -> ScalingTable {
    let approximate = Set(StrategyTable.all.filter(\.isApproximate).map(\.name))
    var fastest: [String: BenchRow] = [:]
    var order: [String] = []
    for row in rows where !approximate.contains(row.strategy) {
      let identity = row.identity
      let key = "\(row.problem) \(identity.isa) \(identity.threads)"
      if fastest[key] == nil { order.append(key) }
      if fastest[key].map({ row.ms < $0.ms }) ?? true { fastest[key] = row }
    }
    return ScalingTable(
      order.compactMap { key in
        guard let row = fastest[key] else { return nil }
        let single = try? ConvolutionProblem(descriptor: row.problem).replacing(batch: 1)
        return ScalingTable.Point(
          subject: single?.description ?? row.problem, isa: row.identity.isa,
          batch: row.identity.batch, threads: row.identity.threads, ms: row.ms,
          validity: Validity(row.validity)?.label ?? .invalid)
      })
  }

  /// By FLOPs: strategies differ too much for the store's times to say more.
  func forecast(isListOnly: Bool) throws -> Preview {
    var forecast = Preview()
    let problems = try batches()
    for isa in sweep.instructionSets {
      let kernels = try isa.map { try Kernels($0) } ?? .best
      for count in sweep.threads {
        let placement = try machine.placement(for: threads.request(count))
        let setting = Sweep.Setting(isa: isa, threads: count).title
        let peak = InferenceEstimate.peak(
          machine.fingerprint, kernels, threads: placement.threads, store: Store.defaultPath())
        for problem in problems {
          let title = problem.problem.description + (setting.isEmpty ? "" : ", \(setting)")
          guard !isListOnly else {
            forecast.items.append(Preview.Item(title: title, note: "", seconds: 0, source: ""))
            continue
          }
          let estimate = InferenceEstimate(
            operations: Double(problem.problem.operations), peak: peak)
          let (strategies, seconds) = try ProblemBenchmark.forecast(
            problem.problem, options: options, target: Target(kernels, placement: placement),
            runSeconds: estimate.ms / 1000)
          forecast.items.append(
            Preview.Item(
              title: title,
              note: "\(strategies) strategies", seconds: seconds,
              source: "\(estimate.source), at most"))
        }
      }
    }
    return forecast
  }
}

/// Where the results of `bench` go.
struct BenchOutput {
  let file: CSVOutput<BenchRow>?
  let isJSON: Bool
  let labels: RunLabels
  let machineName: String?
  private(set) var rows: [BenchRow] = []
  private(set) var isFirst = true
  private var identity = RunIdentity()

  init(file: CSVOutput<BenchRow>?, isJSON: Bool, labels: RunLabels, machineName: String?) {
    self.file = file
    self.isJSON = isJSON
    self.labels = labels
    self.machineName = machineName
  }

  /// What follows was measured with these.
  mutating func begin(_ kernels: Kernels, _ rig: Rig, cache: String) throws {
    isFirst = false
    identity = RunIdentity(
      machine: rig.machine, team: rig.team, isa: kernels.instructionSet, network: "", batch: 0,
      resolution: 0, choice: "bench", labels: labels, name: machineName)
    try show("\(rig.machine.cpuModel), \(kernels.instructionSet.title), \(rig.placement), \(cache)")
  }

  mutating func add(_ result: BenchResult, problem: BatchFile.Problem, cache: String) throws {
    let added = result.entries.map {
      BenchRow(
        $0, problem: problem, epilogue: result.epilogue, cache: cache, identity: identity)
    }
    rows += added
    try file?.append(added)
    try show("\n" + BenchText.text(result, problem: problem))
  }

  /// A table beside rows that are standard output's is for the person who waits.
  func show(_ text: String) throws {
    if isJSON { return }
    try file.map { try printResult(text, beside: $0.file) } ?? printResult(text)
  }
}
