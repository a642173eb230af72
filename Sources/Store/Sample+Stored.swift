import Measurement

extension Sample {
  /// As stores and exports have it: reading it back and writing it again changes nothing.
  ///
  /// Half nanoseconds are the median of an even number of runs.
  var rounded: Sample {
    func speed(_ value: Double) -> Double { (value * 100).rounded() / 100 }
    return Sample(
      (nanoseconds * 2).rounded() / 2, speedBefore: speedBefore.map(speed),
      speedAfter: speedAfter.map(speed), isDisturbed: isDisturbed)
  }

  /// This time, under these conditions as far as it says none of its own.
  func under(_ other: Sample) -> Sample {
    Sample(
      nanoseconds, speedBefore: speedBefore ?? other.speedBefore,
      speedAfter: speedAfter ?? other.speedAfter, isDisturbed: isDisturbed ?? other.isDisturbed)
  }
}
