import Foundation
import Testing
import Topology

@Suite struct PlacementTests {
  private func cpus(_ placement: Placement) -> [Int] { placement.slots.compactMap(\.cpu) }

  private func server() throws -> Machine {
    try Machine(synthetic: "package:2 [numa] l3:4 core:8 pu:2")
  }

  @Test func autoIsOneWorkerPerCore() throws {
    let placement = try server().placement(for: ThreadRequest())
    #expect(placement.threads == 64)
    #expect(cpus(placement) == Array(stride(from: 0, to: 128, by: 2)))
    #expect(placement.slots.map(\.worker) == Array(0..<64))
    #expect(placement.slots.map(\.numaNode) == (0..<64).map { $0 / 32 })
    #expect(!placement.isBindable)
    #expect(placement.description == "64 threads, core-bound: 0-126 step 2")
    #expect(placement.reasons.contains { $0.contains("--smt") })
    #expect(placement.reasons.contains { $0.contains("0, 1") })
  }

  @Test func smtUsesAllHardwareThreads() throws {
    let machine = try server()
    let all = try machine.placement(for: ThreadRequest(smt: true))
    #expect(cpus(all) == Array(0..<128))
    // Cores first, second threads only for what is left.
    let some = try machine.placement(for: ThreadRequest(count: .exactly(66), smt: true))
    #expect(cpus(some).count { $0 % 2 == 1 } == 2)
    #expect(Set(some.slots.compactMap(\.core)).count == 64)
  }

  @Test func fewWorkersShareOneCache() throws {
    let placement = try server().placement(for: ThreadRequest(count: .exactly(8)))
    #expect(placement.slots.map(\.core) == Array(0..<8))
    #expect(placement.reasons.contains { $0.contains("share one L3") })
  }

  @Test func aBusyCacheIsPassedOver() throws {
    // Node 0 has 3 CPUs left, one cache of node 1 has all of its own.
    let machine = try server().replacing(["allowed": "0,2,4,64-127"])
    let four = try machine.placement(for: ThreadRequest(count: .exactly(4)))
    #expect(cpus(four) == [64, 66, 68, 70])
    let three = try machine.placement(for: ThreadRequest(count: .exactly(3)))
    #expect(cpus(three) == [0, 2, 4])
    // Where none holds all, the largest first.
    let all = try machine.placement(for: ThreadRequest())
    #expect(cpus(all) == Array(stride(from: 64, to: 128, by: 2)) + [0, 2, 4])
    #expect(all.reasons.contains { $0.contains("35 of 64 cores") })
  }

  @Test func restrictedSetTakesTheSiblingThatIsAllowed() throws {
    let machine = try server().replacing(["allowed": "1,2-3"])
    #expect(try cpus(machine.placement(for: ThreadRequest())) == [1, 2])
    #expect(try cpus(machine.placement(for: ThreadRequest(smt: true))) == [1, 2, 3])
  }

  @Test func oneNode() throws {
    let machine = try server()
    let placement = try machine.placement(for: ThreadRequest(binding: .numa(1)))
    #expect(cpus(placement) == Array(stride(from: 64, to: 128, by: 2)))
    let error = try #require(throws: TopologyError.self) {
      try machine.placement(for: ThreadRequest(binding: .numa(7)))
    }
    #expect(error.description == "--bind numa:7: no such NUMA node with cores; there is 0, 1")
    let elsewhere = try machine.replacing(["allowed": "0-3"])
    #expect(throws: TopologyError.self) {
      try elsewhere.placement(for: ThreadRequest(binding: .numa(1)))
    }
  }

  /// Fast memory beside the large one (Knights Landing's flat mode), memory without CPUs, memory of
  /// the whole machine: several nodes can be near the same cores.
  @Test func nodesThatShareCores() throws {
    let nodes: [[String: Any]] = [
      ["id": 0, "memoryBytes": 96 << 30, "cpus": "0-63"],
      ["id": 1, "memoryBytes": 96 << 30, "cpus": "64-127"],
      ["id": 2, "memoryBytes": 8 << 30, "cpus": "0-63"],
      ["id": 3, "memoryBytes": 8 << 30, "cpus": ""],
      ["id": 4, "memoryBytes": 512 << 30, "cpus": "0-127"],
    ]
    let machine = try server().replacing(["numaNodes": nodes])
    for (node, expected) in [0: 0..<64, 1: 64..<128, 2: 0..<64, 4: 0..<128] {
      let placement = try machine.placement(for: ThreadRequest(binding: .numa(node)))
      #expect(
        cpus(placement) == Array(stride(from: expected.lowerBound, to: expected.upperBound, by: 2)))
    }
    let error = try #require(throws: TopologyError.self) {
      try machine.placement(for: ThreadRequest(binding: .numa(3)))
    }
    #expect(error.description.hasSuffix("there is 0, 1, 2, 4"))
  }

  /// As many packages, nodes and caches as cores: looking through all for each took minutes. (hwloc
  /// itself is quadratic in the children of one object, so the machine is not made by it.)
  @Test func manyOfEverything() throws {
    let small = try placing(8192)
    let large = try placing(32_768)
    // Four times as many: 16 times as long where all are looked through for each.
    #expect(large < 10 * small, "\(small) s and \(large) s")
  }

  /// - Returns: CPU seconds of this thread, which do not count what else the machine does.
  private func placing(_ count: Int) throws -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let machine = try Machine(synthetic: "core:1 pu:1").replacing([
      "allowed": "0-\(count - 1)",
      "packages": (0..<count).map { ["index": $0, "cpus": "\($0)"] as [String: Any] },
      "numaNodes": (0..<count).map {
        ["id": $0, "memoryBytes": 1 << 30, "cpus": "\($0)"] as [String: Any]
      },
      "caches": (0..<count).map {
        ["level": 3, "kind": "unified", "bytes": 1 << 20, "lineBytes": 64, "cpus": "\($0)"]
          as [String: Any]
      },
      "cores": (0..<count).map {
        [
          "index": $0, "package": $0, "numaNode": $0,
          "cpus": "\($0)",
        ] as [String: Any]
      },
    ])
    let start = now()
    let placement = try machine.placement(for: ThreadRequest())
    #expect(placement.slots.map(\.cpu) == (0..<count).map { $0 })
    let report = MachineReport(machine, placement)
    let text = report.description
    let seconds = now() - start
    #expect(text.contains("package \(count - 1)"))
    #expect(machine.fingerprint["caches"]?.hasPrefix("\(count) × L3") == true)
    return seconds
  }

  @Test func unbound() throws {
    let placement = try server().placement(for: ThreadRequest(binding: .none))
    #expect(placement.threads == 64)
    #expect(cpus(placement).isEmpty)
    #expect(placement.description == "64 threads, unbound")
  }

  @Test func oneCore() throws {
    let machine = try Machine(synthetic: "core:1 pu:2")
    let placement = try machine.placement(for: ThreadRequest())
    #expect(placement.description == "1 thread, core-bound: 0")
    let error = try #require(throws: TopologyError.self) {
      try machine.placement(for: ThreadRequest(count: .exactly(2)))
    }
    #expect(
      error.description == "--threads 2: this process may use 1 core; with --smt up to 2")
    #expect(try machine.placement(for: ThreadRequest(count: .exactly(2), smt: true)).threads == 2)
    let three = try #require(throws: TopologyError.self) {
      try machine.placement(for: ThreadRequest(count: .exactly(3), smt: true))
    }
    #expect(three.description == "--threads 3: this process may use 2 hardware threads")
  }

  @Test func performanceCoresFirst() throws {
    // The E cores come first in the hardware's numbering here.
    var fixture = XMLFixture(
      clusters: [.init(cores: 4, threadsPerCore: 1, l2KiB: 2048)]
        + Array(repeating: .init(cores: 1, threadsPerCore: 2, l2KiB: 1280), count: 2),
      kinds: [Array(0..<4), Array(4..<8)])
    let auto = try fixture.machine().placement(for: ThreadRequest())
    #expect(cpus(auto) == [4, 6, 0, 1, 2, 3])
    #expect(auto.reasons.contains { $0.contains("--threads 2 uses P cores only") })
    let two = try fixture.machine().placement(for: ThreadRequest(count: .exactly(2)))
    #expect(cpus(two) == [4, 6])
    #expect(two.reasons.contains("P cores only"))
    fixture.l3MiB = nil
    #expect(try cpus(fixture.machine().placement(for: ThreadRequest())) == [4, 6, 0, 1, 2, 3])
  }

  @Test func missingL3GathersAroundTheL2() throws {
    let machine = try Machine(synthetic: "package:1 l2:4 core:2 pu:1")
      .replacing(["allowed": "0,2-7"])
    #expect(try cpus(machine.placement(for: ThreadRequest(count: .exactly(2)))) == [2, 3])
    #expect(try cpus(machine.placement(for: ThreadRequest(count: .exactly(1)))) == [0])
    let alone = try Machine(synthetic: "package:1 l2:4 core:1 pu:1")
      .placement(for: ThreadRequest())
    #expect(!alone.reasons.contains { $0.contains("cache of") || $0.contains("in turn") })
    #expect(!alone.reasons.contains(""))
  }

  @Test func quotaLimitsAuto() throws {
    let machine = try server().replacing(["cpuQuota": 2.5])
    let auto = try machine.placement(for: ThreadRequest())
    #expect(auto.threads == 2)
    #expect(auto.reasons.contains { $0.contains("grants 2.5 CPUs") })
    let asked = try machine.placement(for: ThreadRequest(count: .exactly(4)))
    #expect(asked.threads == 4)
    #expect(asked.reasons.contains { $0.contains("throttled") })
    let tiny = try machine.replacing(["cpuQuota": 0.1]).placement(for: ThreadRequest())
    #expect(tiny.threads == 1)
    let huge = try machine.replacing(["cpuQuota": 1e300]).placement(for: ThreadRequest())
    #expect(huge.threads == 64)
  }

  @Test func requestsAreParsed() throws {
    #expect(
      try ThreadRequest(threads: "auto", smt: false, binding: "core") == ThreadRequest())
    #expect(
      try ThreadRequest(threads: "3", smt: true, binding: "numa:1")
        == ThreadRequest(count: .exactly(3), smt: true, binding: .numa(1)))
    for (threads, binding) in [
      ("0", "core"), ("-4", "core"), ("x", "core"), ("", "core"), ("99999999999999999999", "core"),
      ("1", "numa:"), ("1", "numa:-1"), ("1", "socket"), ("1", ""),
    ] {
      let error = try #require(throws: TopologyError.self) {
        try ThreadRequest(threads: threads, smt: false, binding: binding)
      }
      #expect(error.description.hasPrefix("--"))
    }
    #expect(throws: TopologyError.self) {
      try server().placement(for: ThreadRequest(count: .exactly(.max)))
    }
  }
}
