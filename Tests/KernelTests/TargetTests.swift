import Convolution
import KernelInterface
import KernelLibrary
import Testing
import Topology

@testable import Base

/// What strategies propose for machines of other caches and threads than this one.
@Suite struct TargetTests {
  private static let problems = [
    "mb1ic64ih56oc64oh56kh3ph1", "mb1ic512ih7oc512oh7kh3ph1", "mb1ic256ih56oc64oh56kh1",
    "mb1ic3ih224oc64oh112kh7sh2ph3", "g64mb1ic64ih28oc64oh28kh3ph1", "mb1ic192ih17oc192oh17kh7ph3",
    "mb8ic16ih9oc20oh9kh3ph1",
  ]

  static let targets: [(name: String, caches: CacheSizes, threads: Int)] = [
    ("small", CacheSizes(l1: 8 << 10, l2: 64 << 10, l3: 512 << 10), 1),
    ("huge", CacheSizes(l1: 192 << 10, l2: 16 << 20, l3: 1 << 30), 2),
    ("without L3", CacheSizes(l1: 32 << 10, l2: 512 << 10, l3: 0), 4),
    ("of many threads", CacheSizes(l1: 48 << 10, l2: 2 << 20, l3: 64 << 20), 192),
  ]

  private func forEachList(
    _ target: Target,
    _ body: (ConvolutionProblem, any ConvolutionStrategy, [Configuration]) throws
      -> Void
  ) throws {
    for text in Self.problems {
      let problem = try ConvolutionProblem(descriptor: text)
      for strategy in StrategyTable.all
      where strategy.rejection(of: problem, target: target) == nil {
        try body(problem, strategy, strategy.configurations(for: problem, target: target))
      }
    }
  }

  /// The strategies whose lists came from constants.
  private static let constantLists = [
    "direct", "pointwise", "im2col", "winograd", "depthwise", "separable",
  ]

  /// Stored races and plans of the machines that the blockings were found on stay what they are: 32
  /// KiB, 1 MiB and 32 MiB, where the lists were constants.
  @Test(arguments: zip([1, 2], ["657757c4856f1b16", "d03529e521be61f0"]))
  func theListsOfKnownMachinesAreUnchanged(_ threads: Int, _ expected: String) throws {
    var hash = FNV1a()
    let sets = Kernels.available.filter { $0.instructionSet != .avx512 }
    for kernels in sets {
      let caches = CacheSizes(l1: 32 << 10, l2: 1 << 20, l3: 32 << 20)
      try forEachList(Target(kernels, caches: caches, threads: threads)) { _, strategy, list in
        guard Self.constantLists.contains(strategy.name) else { return }
        hash.add("\(strategy.name) \(list.map(\.description))")
      }
    }
    guard sets.count == 2, sets[0].vectorWidth == 4 else { return }
    #expect(hash.hexadecimal(digits: 16) == expected)
  }

  /// A larger first-level cache adds blockings and takes none away.
  @Test func aLargerL1KeepsTheListOfASmallerOne() throws {
    let (l2, l3) = (1 << 20, 32 << 20)
    var added = 0
    for kernels in Kernels.available {
      let common = Target(kernels, caches: CacheSizes(l1: 32 << 10, l2: l2, l3: l3), threads: 2)
      let larger = Target(kernels, caches: CacheSizes(l1: 48 << 10, l2: l2, l3: l3), threads: 2)
      try forEachList(common) { problem, strategy, list in
        let more = strategy.configurations(for: problem, target: larger)
        // Bands are as long as chunks let them be: the blockings of one band are what is compared.
        let chunks = { (all: [Configuration]) in Set(all.compactMap { $0.values["chunk"] }) }
        #expect(chunks(more).isSuperset(of: chunks(list)), "\(problem) \(strategy.name)")
        added += chunks(more).count - chunks(list).count
      }
    }
    #expect(added > 0)
  }

  @Test(arguments: targets.indices)
  func everyListIsOfWhatCanRun(_ index: Int) throws {
    let (name, caches, threads) = Self.targets[index]
    for kernels in Kernels.available {
      let target = Target(kernels, caches: caches, threads: threads)
      try forEachList(target) { problem, strategy, list in
        #expect(!list.isEmpty, "\(name) \(problem) \(strategy.name)")
        #expect(Set(list).count == list.count, "\(name) \(problem) \(strategy.name)")
        // Packing takes long where there are many weights, or a rank to be found.
        guard problem.weightCount < 100_000, !strategy.isApproximate else { return }
        let layer = ConvolutionLayer(
          Workload(problem: problem), weights: [Float](repeating: 1, count: problem.weightCount))
        for configuration in [list[0], list[list.count - 1]] {
          _ = try strategy.prepare(layer, configuration: configuration, target: target)
        }
      }
    }
  }

  /// A worker's block of transformed input and product is at most twice its second-level cache.
  @Test(arguments: targets.indices)
  func winogradsBlocksFitTheCache(_ index: Int) throws {
    let (name, caches, threads) = Self.targets[index]
    let problem = try ConvolutionProblem(descriptor: "mb1ic64ih56oc64oh56kh3ph1")
    let strategy = try StrategyTable.strategy(named: "winograd")
    for kernels in Kernels.available {
      let target = Target(kernels, caches: caches, threads: threads)
      for configuration in strategy.configurations(for: problem, target: target)
      where configuration.values["fused"] == 1 {
        let (m, tiles) = (configuration.values["m"]!, configuration.values["tiles"]!)
        let bytes = 4 * (m + 2) * (m + 2) * 128 * tiles
        #expect(bytes <= 2 * caches.l2, "\(name) \(configuration)")
      }
    }
  }

  /// The first guess's weight slice leaves room in the first-level cache.
  @Test(arguments: targets.indices)
  func weightSlicesFitTheCache(_ index: Int) throws {
    let (name, caches, threads) = Self.targets[index]
    let problem = try ConvolutionProblem(descriptor: "mb1ic512ih7oc512oh7kh3ph1")
    let strategy = try StrategyTable.strategy(named: "direct")
    for kernels in Kernels.available {
      let target = Target(kernels, caches: caches, threads: threads)
      let first = strategy.configurations(for: problem, target: target)[0]
      let width = kernels.vectorWidth
      let chunk = first.values["chunk"]!
      let bytes = 4 * 9 * width * width * first.values["columns"]! * chunk
      #expect(bytes <= caches.l1 * 5 / 8 || chunk == 1, "\(name) \(first)")
    }
  }

  @Test func cachesComeFromTheTopology() throws {
    let machine = try Machine(
      synthetic: "package:1 l3:2(size=8388608) l2:2(size=2097152) l1:1(size=65536) core:2 pu:1")
    let all = try machine.placement(for: ThreadRequest(count: .exactly(8), binding: .none))
    let unbound = CacheSizes(machine, all)
    #expect(unbound == CacheSizes(l1: 64 << 10, l2: 2 << 20, l3: 8 << 20))
    let bound = CacheSizes(machine, try machine.placement(for: ThreadRequest(count: .exactly(8))))
    // Two cores share each of the inner caches.
    #expect(bound == CacheSizes(l1: 32 << 10, l2: 1 << 20, l3: 16 << 20))
    let bare = try Machine(synthetic: "core:4 pu:1")
    let placement = try bare.placement(for: ThreadRequest(count: .exactly(2)))
    #expect(CacheSizes(bare, placement) == .typical)
    let small = try Machine(synthetic: "package:1 l2:4(size=524288) core:1 pu:1")
    let one = try small.placement(for: ThreadRequest(count: .exactly(1)))
    #expect(CacheSizes(small, one) == CacheSizes(l1: 32 << 10, l2: 512 << 10, l3: 0))
  }

  /// No instruction set outranks another: each is there where its features are.
  @Test func instructionSetsFollowFromFeatures() {
    #expect(InstructionSet.supported(by: []) == [.baseline])
    let avx2: CPUFeatures = [.avx2, .fma, .bmi, .bmi2]
    #expect(InstructionSet.supported(by: avx2).contains(.avx2))
    #expect(InstructionSet.supported(by: avx2.subtracting(.fma)) == [.baseline])
    #expect(InstructionSet.supported(by: InstructionSet.avx512.required).contains(.avx512))
    let without = InstructionSet.supported(
      by: InstructionSet.avx512.required.subtracting(.avx512vl))
    #expect(without.contains(.avx2) && !without.contains(.avx512))
    #expect(avx2.description == "avx2 fma bmi1 bmi2")
    for kernels in Kernels.available {
      let target = Target(kernels, caches: .typical, threads: 3)
      #expect(target.features == kernels.instructionSet.required)
      #expect(target.features.isSubset(of: .present))
      #expect([16, 32].contains(target.registers))
      #expect(target.l3Share == CacheSizes.typical.l3 / 3)
    }
  }
}
