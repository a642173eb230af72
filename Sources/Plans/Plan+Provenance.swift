extension Plan {
  /// How many layers have each provenance.
  public var provenances: [Provenance: Int] {
    layers.reduce(into: [:]) { $0[$1.provenance, default: 0] += 1 }
  }

  /// Refuses a plan with a layer of weaker evidence.
  ///
  /// - Parameter file: what the error calls the plan.
  /// - Throws: `PlanError` with the first such layer and their number.
  public func require(_ least: Provenance, file: String) throws {
    let weaker = layers.filter { $0.provenance < least }
    guard let first = weaker.first else { return }
    let count = weaker.count == 1 ? "1 layer is" : "\(weaker.count) layers are"
    throw PlanError(
      "\(file): \(count) not \(least.rawValue), e.g. \(first.name): \(first.provenance.rawValue); "
        + (least == .measured
          ? "measure with convbench tune --refresh" : "measure with convbench tune")
        + ", or require less")
  }
}
