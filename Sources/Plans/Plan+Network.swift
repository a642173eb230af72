import Execution

extension Plan {
  /// Whether the plan's layers are those of a network: what every use of a plan asks first.
  ///
  /// - Parameters:
  ///   - network: without fused blocks.
  ///   - file: what errors call the plan.
  /// - Throws: `PlanError` naming the first layer that is another.
  public func check(against network: LoweredNetwork, file: String) throws {
    guard layers.count == network.layers.count else {
      throw PlanError(
        "\(file): layers: \(layers.count) entries, \(network.graph.name) has "
          + "\(network.layers.count) convolutions and fully connected layers")
    }
    for (index, (planned, layer)) in zip(layers, network.layers).enumerated()
    where planned.workload != layer.workload {
      throw PlanError(
        "\(file): layers[\(index)]: is \(planned.problem) \(planned.epilogue), "
          + "\(network.graph.name)'s \(layer.name) is \(layer.problem) \(layer.epilogue)")
    }
  }
}

extension Plan.Network {
  /// Such as `resnet20, batch 4, shortcut A`.
  public var title: String {
    var text = "\(name), batch \(batch)"
    if let resolution { text += ", resolution \(resolution)" }
    if let shortcut { text += ", shortcut \(shortcut)" }
    if let identityLayers { text += ", \(identityLayers) identity layers" }
    if let graphHash { text += ", ONNX model \(graphHash)" }
    return text
  }
}
