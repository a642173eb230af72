import Base
import Testing
import Topology

@testable import Commands

@Suite struct InstructionSetRaceTests {
  @Test func setsFarBelowTheBestAreLeftOut() {
    let peaks: [(set: String, peak: Gflops)] = [("a", 60), ("b", 258), ("c", 236)]
    #expect(InstructionSetRace.contenders(peaks) == ["b", "c"])
    #expect(InstructionSetRace.contenders([("a", 80), ("b", 100)]) == ["a", "b"])
    #expect(InstructionSetRace.contenders([("a", 79), ("b", 100)]) == ["b"])
  }

  /// The last is the usual choice: it goes only where another is faster by more than 2 % and the
  /// samples say so.
  @Test func theUsualChoiceStaysUnlessAnotherIsClearlyFaster() {
    func series(_ level: Double) -> [Nanoseconds] {
      (0..<40).map { Nanoseconds(level + Double($0 % 5) * 0.001) }
    }
    #expect(InstructionSetRace.winner([series(0.9), series(1)]) == 0)
    #expect(InstructionSetRace.winner([series(0.99), series(1)]) == 1)
    #expect(InstructionSetRace.winner([series(1.2), series(1)]) == 1)
    #expect(InstructionSetRace.winner([series(0.9), series(0.8), series(1)]) == 1)
    // Faster by chance, of two samples each.
    #expect(InstructionSetRace.winner([[0.8, 1.1], [1, 1.2]]) == 1)
    #expect(InstructionSetRace.winner([series(1)]) == 0)
  }
}
