import ArgumentParser
import Foundation
import Store

/// `--store`, the same for every command that has one.
struct StoreOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The store (default: CONVBENCH_STORE, else the XDG data folder).", valueName: "file"))
  var store: String?

  var path: String { store ?? Store.defaultPath() }

  /// To write; made where there is none.
  func open() throws -> Store {
    let store = Self.loud(try Store(path: path))
    if let text = Store.warning(ofPlace: path) { printProblem("warning: \(text)") }
    return store
  }

  /// To look into.
  func openToRead() throws -> Store { try Self.toRead(path) }

  /// Any store, to look into.
  static func toRead(_ path: String) throws -> Store { loud(try Store(reading: path)) }

  private static func loud(_ store: Store) -> Store {
    store.onWarning = { printProblem("warning: \($0)") }
    return store
  }

  /// nil where no store was named and there is none at the usual place.
  func openIfThere() throws -> Store? {
    store == nil && !FileManager.default.fileExists(atPath: path) ? nil : try openToRead()
  }

  /// Of a command that would make it: nil where there is none yet, named or not.
  func openIfMade() throws -> Store? {
    FileManager.default.fileExists(atPath: path) ? try openToRead() : nil
  }
}
