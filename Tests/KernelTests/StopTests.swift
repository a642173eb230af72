import Base
import Convolution
import Networks
import Synchronization
import Testing

@testable import KernelLibrary

/// Long computations end when they are asked to, and never with a part of the result.
struct StopTests {
  /// Asked so often it says stop, and counts.
  private final class Countdown: Sendable {
    let asked = Atomic(0)
    let last: Int
    init(_ last: Int) { self.last = last }
    var check: StopCheck {
      StopCheck { self.asked.wrappingAdd(1, ordering: .relaxed).newValue > self.last }
    }
  }

  @Test(arguments: [0, 1, 17])
  func reference(_ last: Int) throws {
    let problem = try ConvolutionProblem(descriptor: "mb1ic16ih40oc32oh40kh3ph1")
    let countdown = Countdown(last)
    #expect(throws: Stopped.self) {
      try Verification(Workload(problem: problem), stop: countdown.check)
    }
    // A row of each of the threads and their planes, not the 32 × 40 rows of all.
    #expect(countdown.asked.load(ordering: .relaxed) < 32 * 40)
  }

  @Test(arguments: [0, 3, 40])
  func network(_ last: Int) throws {
    let graph = try NetworkCatalog.graph(named: "lenet5")
    let countdown = Countdown(last)
    #expect(throws: Stopped.self) {
      try Interpreter.run(
        graph, input: graph.seededInput(seed: 1), seed: 1, stop: countdown.check)
    }
    let input = graph.seededInput(seed: 1)
    #expect(
      try Interpreter.run(graph, input: input, seed: 1)
        == Interpreter.run(graph, input: input, seed: 1, stop: Countdown(.max).check))
  }
}
