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
  ///
  /// A signal that whoever started the process has it ignore stays ignored (`nohup`, a shell's
  /// background job, `trap '' INT`).
  static func install() {
    // Reading the flag here runs its lazy initialiser, which a signal handler must not do.
    _ = isRequested
    for number in [SIGINT, SIGTERM] where !isIgnored(number) { signal(number, handleInterrupt) }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
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
