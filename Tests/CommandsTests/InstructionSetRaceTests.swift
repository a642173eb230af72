import Testing
import Topology

@testable import Commands

@Suite struct InstructionSetRaceTests {
  @Test func setsFarBelowTheBestAreLeftOut() {
    let peaks = [(set: "a", gflops: 60.0), (set: "b", gflops: 258), (set: "c", gflops: 236)]
    #expect(InstructionSetRace.contenders(peaks) == ["b", "c"])
    #expect(
      InstructionSetRace.contenders([(set: "a", gflops: 80.0), (set: "b", gflops: 100)]) == [
        "a", "b",
      ])
    #expect(
      InstructionSetRace.contenders([(set: "a", gflops: 79.0), (set: "b", gflops: 100)]) == ["b"])
  }

  /// The last is the usual choice: it goes only where another is faster by more than 2 % and the
  /// samples say so.
  @Test func theUsualChoiceStaysUnlessAnotherIsClearlyFaster() {
    func series(_ level: Double) -> [Double] { (0..<40).map { level + Double($0 % 5) * 0.001 } }
    #expect(InstructionSetRace.winner([series(0.9), series(1)]) == 0)
    #expect(InstructionSetRace.winner([series(0.99), series(1)]) == 1)
    #expect(InstructionSetRace.winner([series(1.2), series(1)]) == 1)
    #expect(InstructionSetRace.winner([series(0.9), series(0.8), series(1)]) == 1)
    // Faster by chance, of two samples each.
    #expect(InstructionSetRace.winner([[0.8, 1.1], [1, 1.2]]) == 1)
    #expect(InstructionSetRace.winner([series(1)]) == 0)
  }
}
