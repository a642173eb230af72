import Base
import Foundation
import Networks

/// What `--net` names where it may name several: names of the catalog, patterns of them such as
/// `resnet*`, and ONNX files, commas between.
enum NetworkNames {
  /// In the order given, those of a pattern in the catalog's; each once.
  ///
  /// - Throws: `RunError` for a pattern that no network has, and for nothing between commas.
  static func all(_ text: String) throws -> [String] {
    if FileManager.default.fileExists(atPath: text) { return [text] }
    var names: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let part = part.trimmingCharacters(in: .whitespaces)
      guard !part.isEmpty else {
        throw RunError(
          "--net \(text.prefix(60)): give names, commas between, such as vgg16,resnet*")
      }
      for name in try matching(part) where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// A name that is no pattern stands for itself: whether there is such a network, its graph says.
  private static func matching(_ part: String) throws -> [String] {
    guard part.contains(where: { "*?[".contains($0) }), !NetworkChoice.isModel(part) else {
      return [part]
    }
    let found = NetworkCatalog.names.filter { fnmatch(part, $0, 0) == 0 }
    guard !found.isEmpty else {
      let near = EditDistance.nearest(
        to: part.filter { !"*?[]".contains($0) }, among: NetworkCatalog.names, count: 3)
      throw RunError(
        "--net \(part.prefix(60)): no network has such a name; near are "
          + near.joined(separator: ", "))
    }
    return found
  }
}
