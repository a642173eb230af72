import Base
import Measurement

extension Sample {
  /// As stores and exports have it: reading it back and writing it again changes nothing.
  ///
  /// Half nanoseconds are the median of an even number of runs.
  var rounded: Sample {
    func speed(_ speed: Gflops) -> Gflops { Gflops((speed.value * 100).rounded() / 100) }
    return Sample(
      Nanoseconds((time.value * 2).rounded() / 2), speedBefore: speedBefore.map(speed),
      speedAfter: speedAfter.map(speed), isDisturbed: isDisturbed)
  }

  /// This time, under these conditions as far as it says none of its own.
  func under(_ other: Sample) -> Sample {
    Sample(
      time, speedBefore: speedBefore ?? other.speedBefore,
      speedAfter: speedAfter ?? other.speedAfter, isDisturbed: isDisturbed ?? other.isDisturbed)
  }
}
