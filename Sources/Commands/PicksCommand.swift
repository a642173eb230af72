import ArgumentParser
import Base
import Benchmarks
import Convolution
import KernelLibrary
import Measurement
import Topology
import Workers

struct PicksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "picks",
    abstract: "Compare the tuner's pick with the best of all configurations.",
    discussion: """
      Without descriptors: the problems of convbench targets. Exit code 1 when a pick is more than \
      3 % slower than the best.
      """)

  @Argument(help: "benchdnn descriptors, e.g. mb1ic64ih56oc64oh56kh3ph1.")
  var descriptors: [String] = []
  @Option(help: ArgumentHelp("Only the K-th of N parts of the problems.", valueName: "K/N"))
  var part: String?
  @Option(help: "Instruction set (default: the best of this CPU).") var isa: InstructionSet?
  @OptionGroup var threads: ThreadOptions

  func validate() throws { _ = try range(of: 1) }

  private func range(of count: Int) throws -> Range<Int> {
    guard let part else { return 0..<count }
    let numbers = part.split(separator: "/").compactMap { Int($0) }
    guard numbers.count == 2, (1...10_000).contains(numbers[1]),
      (1...numbers[1]).contains(numbers[0])
    else { throw ValidationError("--part \(part): such as 1/3, 2/3, 3/3") }
    return count * (numbers[0] - 1) / numbers[1]..<count * numbers[0] / numbers[1]
  }

  func run() throws {
    Interrupt.install()
    let given = try descriptors.map { try ConvolutionProblem(descriptor: $0) }
    let all = given.isEmpty ? try PickCheck.targets() : given
    let problems = all[try range(of: all.count)]
    let kernels = try isa.map { try Kernels($0) } ?? .best
    let rig = try Rig(threads.request())
    defer { rig.shutdown() }
    let (machine, placement) = (rig.machine, rig.placement)
    let check = PickCheck(
      kernels: kernels, pool: rig.pool, machine: machine, request: rig.request,
      isCancelled: { Interrupt.isRequested })
    try printResult("\(machine.cpuModel), \(kernels.instructionSet.title), \(placement)")
    var table = TextTable([
      .left("problem"), .right("candidates"), .left("pick"), .left("best"), .right("best ms"),
      .right("pick +%"), .right("tuning s"),
    ])
    var losses: [Double] = []
    for problem in problems {
      try Interrupt.check()
      printProblem("measuring \(problem)")
      let result = try check.run(problem)
      losses.append(result.loss)
      table.add([
        "\(problem)", "\(result.candidates)", "\(result.pick)",
        result.pick == result.best ? "the pick" : "\(result.best)",
        NumberText.milliseconds(result.time.milliseconds),
        NumberText.percentNumber(result.loss), NumberText.significant(result.tuningSeconds),
      ])
    }
    try printResult(table)
    let missed = losses.count { $0 > PickCheck.allowance }
    try printResult(
      "\n\(losses.count - missed) of \(losses.count) picks within "
        + "\(NumberText.percent(PickCheck.allowance)) of the best; the worst "
        + "\(NumberText.percent(losses.max() ?? 0)) slower")
    if missed > 0 { throw ExitCode(1) }
  }
}
