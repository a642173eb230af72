import ArgumentParser
import Foundation
import KernelLibrary
import Networks

/// What a shell offers behind an option, beside files and flags.
extension CompletionKind {
  /// Networks of the catalog, and models in the current folder.
  static var networks: CompletionKind {
    .custom { _, _, _ in
      let files = (try? FileManager.default.contentsOfDirectory(atPath: ".")) ?? []
      return NetworkCatalog.names + files.filter { $0.hasSuffix(".onnx") }.sorted()
    }
  }

  static var strategies: CompletionKind { .list(StrategyTable.names) }
}
