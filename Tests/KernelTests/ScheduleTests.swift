import Convolution
import KernelLibrary
import Testing

@testable import Base

/// Schedules as texts, and what strategies say of them before anything is packed.
@Suite struct ScheduleTests {
  private static let problems = [
    "mb1ic64ih56oc64oh56kh3ph1", "mb2ic40ih9oc70oh9kh1", "mb1ic3ih32oc20oh16kh7sh2ph3",
    "g18mb1ic18ih15oc18oh15kh3ph1", "g6mb3ic6ih15oc24oh15kh3ph1", "g3mb1ic12ih8oc21oh8kh3ph1",
    "mb2ic20ih7oc33oh7kh3ph1", "mb1ic40ih17iw17oc33oh17ow17kh1kw7ph0pw3",
    "mb1ic20ih11oc16oh11kh5ph2",
  ]

  private func forEachSchedule(
    threads: Int,
    _ body: (Target, ConvolutionProblem, any ConvolutionStrategy, Configuration)
      throws -> Void
  ) throws {
    for kernels in Kernels.available {
      let target = Target(kernels, caches: .typical, threads: threads)
      for text in Self.problems {
        let problem = try ConvolutionProblem(descriptor: text)
        for strategy in StrategyTable.all
        where strategy.rejection(of: problem, target: target) == nil {
          for configuration in strategy.configurations(for: problem, target: target) {
            try body(target, problem, strategy, configuration)
          }
        }
      }
    }
  }

  /// The workspace is known without packing, and is what the packed convolution asks for.
  @Test(arguments: [1, 3])
  func workspacesAreKnownBeforePacking(_ threads: Int) throws {
    var largest: [String: Int] = [:]
    try forEachSchedule(threads: threads) { target, problem, strategy, configuration in
      let layer = ConvolutionLayer(
        Workload(problem: problem), weights: [Float](repeating: 1, count: problem.weightCount))
      let prepared = try strategy.prepare(layer, configuration: configuration, target: target)
      let known = try strategy.workspace(
        of: problem, configuration: configuration, target: target)
      #expect(prepared.workspaceCount == known, "\(problem) \(strategy.name)(\(configuration))")
      largest[strategy.name] = max(largest[strategy.name] ?? 0, known)
    }
    #expect(Set(largest.keys) == Set(StrategyTable.names))
    #expect(largest.values.count { $0 > 0 } >= 4)
  }

  /// No run computes nothing, and only shortcuts compute less than the definition.
  @Test func workIsOfTheSchedule() throws {
    try forEachSchedule(threads: 1) { _, problem, strategy, configuration in
      guard let work = try strategy.work(of: problem, configuration: configuration) else {
        #expect(strategy.isApproximate)
        return
      }
      #expect(work.operations > 0 && work.weightCount > 0)
    }
    let problem = try ConvolutionProblem(descriptor: "mb1ic16ih12oc32oh12kh3ph1")
    let winograd = try StrategyTable.strategy(named: "winograd")
    let four = try #require(Configuration("columns=2,fused=1,m=4,tiles=3"))
    let work = try #require(try winograd.work(of: problem, configuration: four))
    // Nine tiles of 6×6 products in place of 144 outputs of nine.
    #expect(work.operations == 2 * 9 * 36 * 16 * 32 && work.weightCount == 36 * 16 * 32)
  }

  /// As plans and stores of earlier versions have them.
  @Test(arguments: [
    ("direct", "band=14,chunk=4,columns=2,order=1,pixels=14,rows=1"),
    ("pointwise", "band=1,chunk=64,columns=4,order=0,pixels=6,rows=2"),
    ("im2col", "band=7,columns=2,pixels=12"), ("winograd", "columns=2,fused=0,m=6,tiles=81"),
    ("depthwise", "band=56"), ("separable", "columns=4,rank=12"),
  ])
  func textsStayWhatTheyWere(_ name: String, _ text: String) throws {
    func roundTrip<Strategy: ConvolutionStrategy>(_ strategy: Strategy) throws -> String {
      let configuration = try #require(Configuration(text))
      return try Strategy.Schedule(configuration).configuration.description
    }
    let strategy = try StrategyTable.strategy(named: name)
    #expect(try roundTrip(strategy) == text)
    #expect(strategy.tunables.map(\.name).sorted() == Configuration(text)!.values.keys.sorted())
  }

  @Test(arguments: [
    ("winograd", "columns=2,fused=0,m=3,tiles=81", "m must be 2, 4 or 6"),
    ("winograd", "columns=5,fused=0,m=2,tiles=81", "columns must be from 1 to 4"),
    ("winograd", "columns=2,m=2,tiles=81", "lacks fused"),
    ("depthwise", "band=1,m=2", "there is no parameter m, only band"),
    ("depthwise", "band=0", "band must be from 1 to 16777216"),
  ])
  func wrongTextsSayWhatWouldBeRight(_ name: String, _ text: String, _ why: String) throws {
    func read<Strategy: ConvolutionStrategy>(_ strategy: Strategy) throws {
      _ = try Strategy.Schedule(#require(Configuration(text)))
    }
    let strategy = try StrategyTable.strategy(named: name)
    let error = #expect(throws: ConfigurationError.self) { try read(strategy) }
    #expect(
      error?.description == "configuration \"\(text)\"" + (why.hasPrefix("lacks") ? " " : ": ")
        + why)
    #expect(
      strategy.tolerance(
        for: try ConvolutionProblem(descriptor: "mb1ic16ih8oc16oh8kh3ph1"),
        configuration: try #require(Configuration(text))) == .infinity)
  }

  /// Traits that other parts rely on.
  @Test func traitsAreTheirOwn() throws {
    let appearances = StrategyTable.all.map(\.appearance).filter { $0 != .plain }
    #expect(Set(appearances.map(\.colour)).count == appearances.count)
    #expect(appearances.count >= 6)
    for strategy in StrategyTable.all {
      #expect(strategy.tunables.allSatisfy { !$0.meaning.isEmpty })
      #expect(Set(strategy.tunables.map(\.name)).count == strategy.tunables.count)
    }
    // An approximation never stands before what is exact.
    let exact = StrategyTable.all.filter { !$0.isApproximate }.map(\.preference).max()!
    #expect(StrategyTable.all.allSatisfy { !$0.isApproximate || $0.preference > exact })
    #expect(StrategyTable.names.contains(StrategyTable.general.name))
    for text in Self.problems {
      let problem = try ConvolutionProblem(descriptor: text)
      #expect(
        StrategyTable.general.rejection(of: problem, target: Target(.best, threads: 1)) == nil)
    }
  }
}
