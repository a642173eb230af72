import ArgumentParser
import Foundation
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

  // For commands that measure with several numbers of threads: `--threads 1,2`.

  /// nil where the option was not given.
  ///
  /// - Throws: `TopologyError`, `ValidationError`.
  func counts() throws -> [ThreadRequest.Count]? {
    if threads == "auto" { return nil }
    var counts: [ThreadRequest.Count] = []
    for part in threads.split(separator: ",", omittingEmptySubsequences: false) {
      let count = try ThreadRequest.Count(text: part.trimmingCharacters(in: .whitespaces))
      guard !counts.contains(count) else {
        throw ValidationError("--threads \(threads.prefix(40)): \(count) is there twice")
      }
      counts.append(count)
    }
    return counts
  }

  /// - Parameter count: one of `counts`; nil is what nobody asked for.
  func request(_ count: ThreadRequest.Count?) throws -> ThreadRequest {
    ThreadRequest(
      count: count ?? .automatic, smt: smt, binding: try ThreadRequest.Binding(text: bind))
  }
}
