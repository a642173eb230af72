import ArgumentParser
import Topology

/// The options of every command that runs work on the pool.
struct ThreadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Workers: auto (one per physical core) or a number.", valueName: "n"))
  var threads = "auto"

  @Flag(help: "Let a core's second hardware thread have a worker of its own.")
  var smt = false

  @Option(
    help: ArgumentHelp(
      "Bind workers: core, none, or numa:N (the cores of one node).", valueName: "where"))
  var bind = "core"

  /// What they ask for. Throws a `TopologyError` with one line.
  func request() throws -> ThreadRequest {
    try ThreadRequest(threads: threads, smt: smt, binding: bind)
  }
}
