import Base
import Execution
import Foundation
import Measurement
import Runs

/// `run --turns`: measures when it is told to, so that a script can let several programs take
/// turns on the same cores (scripts/peers).
///
/// Standard input has seconds, a line each. Every line is answered by a line of JSON on standard
/// output with the latencies of that turn, in milliseconds, all of them. When the input ends, the
/// last line is the run's row of networks.csv over all turns, as pairs of column and cell.
struct RunTurns {
  let run: NetworkRun
  let session: Session
  private let probe: SpeedProbe
  private var samples: [Nanoseconds] = []
  private var speeds: [Gflops] = []
  private let load = SystemLoad()

  /// Of a turn: a program that was stopped finds the caches cold.
  private static let warmUps = 2
  private static let samplesAtLeast = 2

  private struct Turn: Encodable {
    /// Milliseconds.
    let samples: [Double]
    /// Of all workers before and after: a drop is a disturbed machine.
    let speeds: [Gflops]
  }

  init(run: NetworkRun, session: Session) {
    self.run = run
    self.session = session
    probe = SpeedProbe(kernels: run.kernels, workers: run.pool.count)
  }

  /// - Throws: `RunError` for a line that is no number of seconds, `ExitCode` for an interrupt.
  mutating func serve() throws {
    try answer(["ready": run.network.graph.name])
    while let line = readLine() {
      guard let seconds = Double(line), (0...86_400).contains(seconds) else {
        throw RunError("--turns: \(line.prefix(40).debugDescription) is no number of seconds")
      }
      let turn = measure(seconds)
      try Interrupt.check()
      try answer(turn)
    }
    guard let inferences = RunReport.Inferences(samples) else {
      throw RunError("--turns: no turn was asked for")
    }
    let report = RunReport(
      identity: run.identity, inferences: inferences,
      operations: 2 * Double(session.network.graph.macs),
      peak: Double(run.pool.count) * probe.reference, memory: session.memory,
      validity: Validity(
        samples: samples, load: SystemLoad().since(load), speeds: speeds,
        workers: run.pool.count))
    try answer(["row": report.networkRow.fields.map { [$0.name, $0.text] }])
  }

  private mutating func measure(_ seconds: Double) -> Turn {
    for _ in 0..<Self.warmUps { session.run() }
    let before = speed()
    var turn: [Nanoseconds] = []
    let watch = Stopwatch()
    repeat {
      let one = Stopwatch()
      session.run()
      turn.append(one.elapsed)
    } while (watch.seconds < seconds || turn.count < Self.samplesAtLeast)
      && !Interrupt.isRequested
    let both = [before, speed()]
    samples += turn
    speeds += both
    return Turn(samples: turn.map(\.milliseconds), speeds: both)
  }

  private func speed() -> Gflops {
    (0..<3).reduce(.zero) { best, _ in max(best, probe.measure(on: run.pool)) }
  }

  private func answer(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try TextStream.standardOutput.write(try encoder.encode(value) + [UInt8(ascii: "\n")])
  }
}
