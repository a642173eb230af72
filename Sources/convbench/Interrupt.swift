import ArgumentParser
import Foundation
import Synchronization

/// Ctrl-C in a long command: the first one asks it to stop at the next safe point, the second one
/// ends the process at once.
///
/// Files are only ever renamed into place and the store commits sample by sample, so neither leaves
/// anything half-written.
enum Interrupt {
  static let exitCode: Int32 = 130

  private static let requested = Atomic<Bool>(false)

  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Long commands call this first. Until then Ctrl-C ends the process as usual.
  static func install() {
    // Reading the flag here runs its lazy initialiser, which a signal handler must not do.
    _ = isRequested
    signal(SIGINT, handleInterrupt)
    signal(SIGTERM, handleInterrupt)
  }

  fileprivate static func request() {
    if requested.exchange(true, ordering: .relaxed) { _exit(exitCode) }
  }

  /// - Throws: `ExitCode(130)` once Ctrl-C was pressed.
  static func check() throws {
    if isRequested { throw ExitCode(exitCode) }
  }
}

/// A free function, because a closure in an actor-isolated context would check its executor.
private func handleInterrupt(_ signal: Int32) {
  Interrupt.request()
}
