import Base
import Foundation
import Measurement

extension NumberText {
  /// A relative error: `0` or `1.2e-07`.
  public static func errorText(_ error: Double) -> String {
    guard error.isFinite else { return "–" }
    return error == 0 ? "0" : String(format: "%.1e", error)
  }
}

/// `convbench calibrate` as people read it.
public enum CalibrationText {
  public static func text(_ calibration: MachineCalibration) -> String {
    var peaks = TextTable([
      .left("isa"), .right("threads"), .right("FMA peak GFLOP/s"), .right("clock GHz (estimate)"),
    ])
    for peak in calibration.peaks {
      peaks.add([
        peak.instructionSet.rawValue, "\(peak.threads)", NumberText.gflops(peak.gflops),
        String(format: "%.2f", peak.clockEstimate),
      ])
    }
    var levels = TextTable([
      .left("level"), .right("threads"), .right("bytes each"), .right("load GB/s"),
      .right("copy GB/s"),
    ])
    for team in calibration.bandwidths {
      for level in team.levels {
        levels.add([
          level.name, "\(team.threads)", NumberText.bytes(level.bytesPerWorker),
          NumberText.significant(level.load), NumberText.significant(level.copy),
        ])
      }
    }
    var barriers = TextTable([
      .left("barrier"), .right("threads"), .right("spinning ns"), .right("asleep ns"),
    ])
    for barrier in calibration.barriers {
      barriers.add([
        "", "\(barrier.threads)", NumberText.significant(barrier.spinning),
        NumberText.significant(barrier.asleep),
      ])
    }
    var text = """
      \(peaks)

      \(levels)
      load and copy (read + written) of all threads together, \
      \(calibration.bandwidthInstructionSet.rawValue) kernels

      \(barriers)

      """
    if let noise = calibration.noise {
      text += """

        A/A noise floor: \(NumberText.percent(noise.interleaved)) between interleaved series, \
        \(NumberText.percent(noise.sequential)) between series one after the other \
        (\(noise.samples) samples)

        """
    }
    return text + "validity: \(calibration.validity)"
  }
}
