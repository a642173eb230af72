import Base
import Foundation
import KernelLibrary
import Measurement
import Plans
import Races
import Store
import Tuning

/// What a person sees while the tuner works: on a terminal one line with a bar that is drawn over,
/// else a line per decided layer. Standard error, so that results can be redirected.
final class TuneDisplay {
  private let isTerminal = TextStream.standardError.isTerminal
  private let watch = Stopwatch()

  var seconds: Double { watch.seconds }

  func start(_ text: String) { write(text + "\n") }

  /// Takes the bar away.
  func clear() { if isTerminal { write("\r\u{1B}[K") } }

  func show(_ progress: TuningProgress) {
    if let decision = progress.decision {
      clear()
      write(Self.line(decision, progress) + "\n")
    }
    if let network = progress.network {
      clear()
      write(Self.line(network) + "\n")
    }
    if let fusion = progress.fusion {
      clear()
      write(Self.line(fusion) + "\n")
    }
    if isTerminal, let layer = progress.layer, progress.decision == nil {
      let width = 24
      let full = min(width, max(0, Int(progress.fraction * Double(width))))
      let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
      let eta = progress.remainingSeconds.map { ", \(Int($0.rounded(.up))) s left" } ?? ""
      write(
        "\r\u{1B}[K\(bar) \(progress.finished)/\(progress.total)\(eta)  "
          + "\(layer.name.prefix(30)): \(progress.candidates) candidates")
    }
  }

  /// `race 12 sample 7 of direct(columns=2): 0.1234 ms`: scripts/check-kill reads these.
  func showSample(_ race: Store.OpenRace, _ standing: Standing) {
    clear()
    write(
      "race \(race.id) sample \(standing.samples.count) of \(standing.candidate): "
        + String(format: "%.4f ms\n", (standing.samples.last ?? 0).milliseconds))
  }

  /// Such as `within the network: 11 shapes raced again, 2 changed (412 inferences, 1.9 s)`.
  private static func line(_ network: NetworkTuning) -> String {
    if let problem = network.problem { return "not timed within the network: \(problem)" }
    let origin =
      network.isStored
      ? "stored" : String(format: "%d inferences, %.1f s", network.inferences, network.seconds)
    return "within the network: \(network.raced) shapes raced again, "
      + "\(network.changed) changed (\(origin))"
  }

  /// Such as `fused: 5 of 17 blocks (2.1 s)`.
  private static func line(_ fusion: FusionTuning) -> String {
    "fused: \(fusion.fused) of \(fusion.blocks) blocks "
      + (fusion.isStored ? "(stored)" : String(format: "(%.1f s)", fusion.seconds))
  }

  /// Such as `[3/34] conv2 mb1ic64… ×4: winograd(m=4) 0.412 ms; direct(…) +12.3 %`.
  private static func line(_ decision: LayerDecision, _ progress: TuningProgress) -> String {
    let choice = decision.choice
    let times = decision.layers.count > 1 ? " ×\(decision.layers.count)" : ""
    var text =
      "[\(progress.finished)/\(progress.total)] \(choice.name) \(choice.problem)\(times): "
      + "\(choice.candidate)"
    if let median = choice.medianMs { text += " \(NumberText.milliseconds(median)) ms" }
    if let second = choice.runnerUp, let margin = choice.margin {
      text += "; next \(MarginText.signed(margin)): "
      text += "\(Candidate(strategy: second.strategy, configuration: second.configuration))"
    }
    if let outcome = decision.outcome, choice.provenance == .measured {
      text += " (\(outcome.ending.rawValue) after \(choice.samples) samples)"
    } else {
      text += " (\(choice.provenance.rawValue))"
    }
    if choice.validity.label != .valid { text += " \(choice.validity)" }
    return text
  }

  private func write(_ text: String) { TextStream.standardError.writeOrLose(text) }
}
