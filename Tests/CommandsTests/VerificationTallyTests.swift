import Convolution
import KernelLibrary
import Testing
import Topology

@testable import Commands

@Suite struct VerificationTallyTests {
  private func tested() throws -> VerificationCase {
    VerificationCase(
      workload: try Workload(text: "mb1ic8ih9oc8oh9kh3ph1 bias"),
      candidate: Candidate(
        strategy: "winograd", configuration: try #require(Configuration("m=4,tiles=6"))),
      instructionSet: .baseline, seed: 7, threads: 2, binding: "core")
  }

  @Test func failuresSayHowToSeeThemAgain() throws {
    var tally = VerificationTally()
    #expect(tally.isVacuous)
    let line = try tally.count(.failed("at [n 0]"), of: tested()) ?? ""
    #expect(line.hasPrefix("FAILED mb1ic8ih9oc8oh9kh3ph1 bias winograd"))
    #expect(
      line.hasSuffix(
        "at [n 0]; again: convbench verify mb1ic8ih9oc8oh9kh3ph1 --epilogue bias "
          + "--strategy winograd --configuration m=4,tiles=6 --isa baseline --seed 7 --threads 2 "
          + "--bind core"))
    #expect(tally.failed == 1 && !tally.isVacuous)
  }

  @Test func whatIsUntestedIsNamedWithItsProblem() throws {
    var tally = VerificationTally()
    let line = try tally.count(.untested("all zero"), of: tested()) ?? ""
    #expect(line.hasPrefix("UNTESTED mb1ic8ih9oc8oh9kh3ph1 bias winograd"))
    let problem = try tested().problem
    let left = tally.leaveOut(Workload(problem: problem), why: "too large")
    #expect(left.contains("\(problem) none: too large"))
    #expect(tally.isVacuous && tally.untested == 2)
    let nothing = try tally.count(.passed, of: tested())
    #expect(nothing == nil)
    #expect(!tally.isVacuous)
  }

  @Test func samplesKeepTheFirstGuess() {
    let all = Array(0..<100)
    for seed in 0..<20 {
      let some = VerificationSample.of(all, count: 7, seed: UInt64(seed))
      #expect(some.count == 7 && some[0] == 0 && Set(some).count == 7)
      #expect(some == VerificationSample.of(all, count: 7, seed: UInt64(seed)))
    }
    #expect(VerificationSample.of(all, count: nil, seed: 1) == all)
    #expect(VerificationSample.of([Int](), count: 1, seed: 1).isEmpty)
  }
}
