import ArgumentParser
import Foundation
import Networks
import Onnx
import Plans

/// What `--net` names: a network of the catalog, or a model in a file.
struct NetworkChoice {
  let graph: Graph
  /// For plans and names.
  let identity: Plan.Network

  /// Whether a name stands for a file rather than for a network of the catalog.
  static func isModel(_ net: String) -> Bool {
    net.hasSuffix(".onnx") || net.contains("/")
      || (!NetworkCatalog.names.contains(net) && FileManager.default.fileExists(atPath: net))
  }

  /// - Throws: `GraphError`, `OnnxError`, `ValidationError`.
  init(_ net: String, _ arguments: NetworkArguments) throws {
    guard Self.isModel(net) else {
      guard arguments.shapes.isEmpty else {
        throw ValidationError("--shape goes with an ONNX model; \(net) takes --resolution")
      }
      guard !arguments.allOutputs else {
        throw ValidationError("--all-outputs goes with an ONNX model; \(net) has one output")
      }
      let options = arguments.options()
      self.init(
        graph: try NetworkCatalog.graph(named: net, options: options),
        identity: Plan.Network(name: net, options: options))
      return
    }
    self.init(try OnnxNetwork(path: net, options: try arguments.importOptions()), file: net)
  }

  private init(graph: Graph, identity: Plan.Network) {
    self.graph = graph
    self.identity = identity
  }

  private init(_ network: OnnxNetwork, file: String) {
    for note in network.notes { printProblem("\(file): \(note)") }
    self.init(
      graph: network.graph,
      identity: Plan.Network(model: network.graph, inputExtents: network.inputExtents))
  }

  /// The network that a plan is for.
  ///
  /// - Parameters:
  ///   - net: the model's file, for a plan of a model.
  ///   - force: take another model than the plan's.
  init(plan: Plan, file: String, net: String?, force: Bool) throws {
    guard let hash = plan.network.graphHash else {
      if let net {
        throw RunError(
          "\(file) is a plan of the built-in \(plan.network.name); leave out --net \(net)")
      }
      self.init(
        graph: try NetworkCatalog.graph(
          named: plan.network.name, options: plan.network.options), identity: plan.network)
      return
    }
    guard let net, Self.isModel(net) else {
      throw RunError(
        "\(file) is a plan of the model \(plan.network.name); give its file with --net FILE.onnx")
    }
    var options = ImportOptions(fallback: plan.network.inputExtents)
    let network = try OnnxNetwork(path: net, options: options)
    // A plan for all of the model's outputs is told by its hash.
    options.allOutputs = true
    if network.graph.structureHash != hash, let all = try? OnnxNetwork(path: net, options: options),
      all.graph.structureHash == hash
    {
      self.init(all, file: net)
      return
    }
    self.init(network, file: net)
    guard force || graph.structureHash == hash else {
      throw RunError(
        "\(file): network.graphHash is \(hash) (\(plan.network.name)), that of \(net) is "
          + "\(graph.structureHash); tune this model, or add --force")
    }
  }
}

extension NetworkArguments {
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
