import ArgumentParser
import Networks
import Onnx

/// What is asked of a network besides its name: typed, or from a suite's list.
struct NetworkRequest {
  /// Images at a time; nil is 1, or what an ONNX model says.
  var batch: Int?
  var resolution: Int?
  var shortcut: Shortcut?
  var identityLayers: Int?
  /// `input=1x3x224x224`, of ONNX models.
  var shapes: [String] = []
  /// Of ONNX models.
  var allOutputs = false

  /// Of a network of the catalog.
  var options: NetworkOptions {
    NetworkOptions(
      batch: batch ?? 1, resolution: resolution, shortcut: shortcut, identityLayers: identityLayers)
  }

  /// - Throws: `ValidationError` for a shape that is none, or options of built-in networks.
  func importOptions() throws -> ImportOptions {
    if shortcut != nil || identityLayers != nil {
      throw ValidationError("--shortcut and --identity-layers mean nothing to an ONNX model")
    }
    for (name, value, limit) in [("batch", batch, 4096), ("resolution", resolution, 1 << 15)] {
      if let value, !(1...limit ~= value) {
        throw ValidationError("--\(name) \(value): give a number from 1 to \(limit)")
      }
    }
    var options = ImportOptions(
      batch: batch, resolution: resolution, allOutputs: allOutputs)
    for shape in shapes {
      let parts = shape.split(separator: "=", omittingEmptySubsequences: false)
      // An input's name may have an equals sign; a shape has none.
      let name = parts.dropLast().joined(separator: "=")
      let extents = (parts.last ?? "").split(separator: "x", omittingEmptySubsequences: false).map {
        Int($0) ?? 0
      }
      guard extents.count <= 8, extents.allSatisfy({ 1...1 << 24 ~= $0 }),
        options.shapes.updateValue(extents, forKey: name) == nil
      else {
        throw ValidationError(
          "--shape \(shape.prefix(60)): give each input once, as name=1x3x224x224")
      }
    }
    return options
  }
}
