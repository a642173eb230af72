import Base
import Convolution
import Foundation
import KernelLibrary
import Topology

/// What verifying is about: everything that gives the same check again.
public struct VerificationCase: WorkloadCarrying, Hashable, Sendable {
  public var workload: Workload
  public var candidate: Candidate
  public var instructionSet: InstructionSet
  public var seed: UInt64
  public var threads: Int
  /// `core`, `none` or `numa:N`.
  public var binding: String

  public init(
    workload: Workload, candidate: Candidate, instructionSet: InstructionSet, seed: UInt64,
    threads: Int, binding: String
  ) {
    self.workload = workload
    self.candidate = candidate
    self.instructionSet = instructionSet
    self.seed = seed
    self.threads = threads
    self.binding = binding
  }

  /// A command for a shell that checks just this.
  public var command: String {
    let configuration = "\(candidate.configuration)"
    return "convbench verify \(problem) --epilogue \(epilogue) --strategy \(candidate.strategy)"
      + (configuration.isEmpty ? "" : " --configuration \(configuration)")
      + " --isa \(instructionSet.rawValue) --seed \(seed) --threads \(threads) --bind \(binding)"
  }
}

/// Counts what was checked and words what did not pass.
public struct VerificationTally: Sendable {
  public private(set) var passed = 0
  public private(set) var failed = 0
  public private(set) var untested = 0

  public init() {}

  /// Whether anything was compared with anything.
  public var isVacuous: Bool { passed + failed == 0 }
  /// Why the first problem that was left out was.
  public private(set) var reasonLeftOut: String?

  public var summary: String { "\(passed) passed, \(failed) failed, \(untested) untested" }

  /// - Returns: a line with the problem and how to see it again, unless it passed.
  public mutating func count(
    _ verdict: Verification.Outcome.Verdict, of tested: VerificationCase
  ) -> String? {
    let label =
      "\(tested.problem) \(tested.epilogue) \(tested.candidate) \(tested.instructionSet.rawValue)"
    switch verdict {
    case .passed:
      passed += 1
      return nil
    case .untested(let why):
      untested += 1
      return "UNTESTED \(label): \(why)"
    case .failed(let why):
      failed += 1
      return "FAILED \(label): \(why); again: \(tested.command)"
    }
  }

  /// A problem of which nothing was run.
  public mutating func leaveOut(_ workload: Workload, why: String) -> String {
    untested += 1
    reasonLeftOut = reasonLeftOut ?? why
    return "UNTESTED \(workload.problem) \(workload.epilogue): \(why)"
  }

  /// A whole network.
  ///
  /// - Parameter command: what checks it again.
  public mutating func count(network line: String, passed isRight: Bool, command: String) -> String
  {
    if isRight { passed += 1 } else { failed += 1 }
    return isRight ? line : "\(line); again: \(command)"
  }
}

/// Which of a strategy's configurations are verified.
public enum VerificationSample {
  /// All, or so many: the first guess, then others as the seed says.
  public static func of<Element>(_ all: [Element], count: Int?, seed: UInt64) -> [Element] {
    guard let count, count < all.count else { return all }
    var random = SeededGenerator(seed: seed)
    let others = (1..<all.count).shuffled(using: &random).prefix(count - 1).sorted()
    return [all[0]] + others.map { all[$0] }
  }
}
