import Base
import Convolution
import Foundation
import KernelLibrary
import Topology
import Workers

/// Every candidate for the problems given, on every instruction set of this CPU and two workers:
/// what `convbench verify` does, without all that it needs besides. Sanitizers build and run this
/// (`scripts/sanitize --quick`); the whole program takes them four times as long to compile.
@main
struct VerifyKernels {
  static func main() throws {
    let machine = try Machine.probe()
    let request = ThreadRequest(count: .exactly(2), binding: .none)
    let pool = WorkerPool(placement: try machine.placement(for: request))
    defer { pool.shutdown() }
    let epilogue = Epilogue(bias: true, residual: true, activation: .relu)
    var count = (passed: 0, failed: 0)
    for text in CommandLine.arguments.dropFirst() {
      let problem = try ConvolutionProblem(descriptor: text)
      let verification = try Verification(Workload(problem: problem, epilogue: epilogue))
      for kernels in Kernels.available {
        let target = Target(kernels, pool: pool)
        for strategy in StrategyTable.all
        where strategy.rejection(of: problem, target: target) == nil {
          for configuration in strategy.configurations(for: problem, target: target) {
            let candidate = Candidate(strategy: strategy.name, configuration: configuration)
            let outcome = try verification.check(candidate, kernels: kernels, pool: pool)
            if case .failed(let why) = outcome.verdict {
              count.failed += 1
              try TextStream.standardOutput.write(
                "\(problem) \(candidate) \(kernels.instructionSet.rawValue): \(why)\n")
            } else {
              count.passed += 1
            }
          }
        }
      }
    }
    try TextStream.standardOutput.write("\(count.passed) passed, \(count.failed) failed\n")
    exit(count.failed == 0 && count.passed > 0 ? 0 : 1)
  }
}
