import ArgumentParser
import Foundation
import Tuning

/// `--store`, the same for every command that has one.
struct StoreOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The store (default: CONVBENCH_STORE, else the XDG data folder).", valueName: "file"))
  var store: String?

  var path: String { store ?? Store.defaultPath() }

  /// To write; made where there is none.
  func open() throws -> Store { try Store(path: path) }

  /// To look into.
  func openToRead() throws -> Store { try Store(reading: path) }

  /// nil where no store was named and there is none at the usual place.
  func openIfThere() throws -> Store? {
    store == nil && !FileManager.default.fileExists(atPath: path) ? nil : try openToRead()
  }
}
