import Base

extension SessionBenchmark {
  /// Warms all sides up and measures them block by block in turn, at least one block each, so that
  /// what the machine does meanwhile hits them alike. The order alternates: a trend does, too.
  ///
  /// - Parameters:
  ///   - seconds: for all together, without the warm-up.
  ///   - isCancelled: asked between inferences; the sides are then incomplete.
  public static func measureInTurns(
    _ sides: [SessionBenchmark], seconds: Double, isCancelled: () -> Bool
  ) {
    for side in sides { side.warmUp(isCancelled: isCancelled) }
    let watch = Stopwatch()
    var isReversed = false
    repeat {
      isReversed.toggle()
      for side in isReversed ? sides.reversed() : sides {
        side.measureBlock(isCancelled: isCancelled)
      }
    } while watch.seconds < seconds && !isCancelled()
    for side in sides { side.sortOut() }
  }
}
