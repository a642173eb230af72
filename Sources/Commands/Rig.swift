import Plans
import Topology
import Workers

/// What a command measures on: the machine, where its workers are to be, and the workers.
struct Rig {
  let machine: Machine
  let request: ThreadRequest
  let placement: Placement
  let pool: WorkerPool

  /// Starts the workers, prints what is not as it was asked for, and takes Ctrl-C over.
  ///
  /// - Parameter machine: nil is this one.
  /// - Throws: `TopologyError` where the machine has no such place or starts no such workers.
  init(_ request: ThreadRequest, machine: Machine? = nil) throws {
    Interrupt.install()
    let machine = try machine ?? Machine.probe()
    let placement = try machine.placement(for: request)
    self.machine = machine
    self.request = request
    self.placement = placement
    pool = try WorkerPool.complete(placement)
    for warning in pool.warnings { printProblem("warning: \(warning)") }
  }

  /// What the workers became, for the record.
  var team: ThreadTeam { pool.team(on: machine, binding: request.binding) }

  /// Under which what it measures holds.
  var conditions: Conditions {
    Conditions(
      machine: machine.fingerprint, instructionSets: machine.instructionSets, team: team)
  }

  func shutdown() { pool.shutdown() }
}
