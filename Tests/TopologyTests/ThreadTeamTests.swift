import Testing

@testable import Topology
@testable import Workers

/// What is recorded about the workers: what ran, not what was asked for.
struct ThreadTeamTests {
  private func team(
    _ machine: Machine, threads: Int, smt: Bool = false, isBound: Bool = true
  ) throws -> ThreadTeam {
    let request = ThreadRequest(count: .exactly(threads), smt: smt)
    return machine.team(
      of: try machine.placement(for: request), count: threads, binding: request.binding,
      isBound: isBound)
  }

  @Test func theBindingIsTheOneInForce() throws {
    let machine = try Machine(synthetic: "package:1 l3:1 l2:4 core:1 pu:2")
    let bound = try team(machine, threads: 2)
    #expect(bound.binding == "core" && bound.cpus == [0, 2] && !bound.smt)
    #expect(bound.place?.coreText == "2")
    #expect(bound.place?.cacheText.hasSuffix("for 2") == true)
    let refused = try team(machine, threads: 2, isBound: false)
    #expect(refused.binding == "none" && refused.cpus.isEmpty)
    #expect(refused.place != bound.place)
    #expect(try team(machine, threads: 5, smt: true).smt)
    // Allowed, but not used.
    #expect(try !team(machine, threads: 4, smt: true).smt)
    // A worker that could not be started did not run.
    let placement = try machine.placement(for: ThreadRequest(count: .exactly(4)))
    #expect(
      machine.team(of: placement, count: 3, binding: .core, isBound: true).cpus.count == 3)
    // This machine is no synthetic one, so its pool cannot bind.
    let pool = WorkerPool(placement: placement.prefix(2))
    defer { pool.shutdown() }
    #expect(!pool.isBound)
    #expect(pool.team(on: machine, binding: .core).binding == "none")
  }

  @Test func coresOfAnotherKindAreAnotherPlace() throws {
    let machine = try XMLFixture.hybrid.machine()
    var places: Set<WorkerPlace> = []
    for kind in machine.kinds {
      let core = try #require(machine.cores.first { machine.kindName(of: $0) == kind.name })
      let slot = Placement.Slot(worker: 0, cpu: core.cpus.members[0], core: core.index, numaNode: 0)
      let team = machine.team(
        of: Placement(slots: [slot], isBindable: true, reasons: []), count: 1, binding: .core,
        isBound: true)
      #expect(team.place?.coreText == "1 \(kind.name)")
      places.insert(try #require(team.place))
    }
    #expect(places.count == machine.kinds.count && places.count > 1)
    for place in places {
      #expect(WorkerPlace(cores: place.coreCode, caches: place.cacheCode) == place)
    }
    for code in ["", "P", "P:0", "P:x", "P:1:2", "!:1"] {
      #expect(WorkerPlace(cores: code, caches: "") == nil, "\(code)")
    }
    for code in ["1", "1:2:3", "1:2:3:4:5", "1:-2:3:4", "a:b:c:d"] {
      #expect(WorkerPlace(cores: ":1", caches: code) == nil, "\(code)")
    }
  }
}
