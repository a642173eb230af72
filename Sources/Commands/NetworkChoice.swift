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
  init(_ net: String, _ request: NetworkRequest) throws {
    guard Self.isModel(net) else {
      guard request.shapes.isEmpty else {
        throw ValidationError("--shape goes with an ONNX model; \(net) takes --resolution")
      }
      guard !request.allOutputs else {
        throw ValidationError("--all-outputs goes with an ONNX model; \(net) has one output")
      }
      let options = request.options
      self.init(
        graph: try NetworkCatalog.graph(named: net, options: options),
        identity: Plan.Network(name: net, options: options))
      return
    }
    self.init(try OnnxNetwork(path: net, options: try request.importOptions()), file: net)
  }

  private init(graph: Graph, identity: Plan.Network) {
    self.graph = graph
    self.identity = identity
  }

  private init(_ network: OnnxNetwork, file: String) {
    for note in network.notes { printProblem("\(file): \(note)") }
    self.init(graph: network.graph, identity: Plan.Network(model: network.graph))
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
    var options = ImportOptions(fallbacks: plan.network.allInputExtents)
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
