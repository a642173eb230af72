import Convolution
import Foundation
import KernelLibrary
import Measurement
import Races
import Topology

// A plan file is untrusted input. Bounds that no honest plan comes near are checked before
// anything is allocated, every number has a range, and every error names its place in the file.

extension KeyedDecodingContainer {
  /// A field that is text of some grammar; what the grammar says becomes the error at this key.
  package func text<Value>(_ key: Key, _ parse: (String) throws -> Value) throws -> Value {
    let text = try decode(String.self, forKey: key)
    do { return try parse(text) } catch {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: String(describing: error))
    }
  }

  /// A whole number, 0 where it is missing. Decoded as a `Double`, because Foundation does not tell
  /// the place of an integer that is too large or has a fraction.
  package func count(_ key: Key) throws -> Int {
    guard let number = try decodeIfPresent(Double.self, forKey: key) else { return 0 }
    guard let count = Int(exactly: number) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "\(number) is not a possible count")
    }
    return count
  }

  func strategy(_ key: Key) throws -> String {
    try text(key) { try StrategyTable.strategy(named: $0).name }
  }

  package func configuration(_ key: Key) throws -> Configuration {
    try text(key) { text in
      guard let configuration = Configuration(text) else {
        throw ConfigurationError(
          "\"\(text.prefix(60))\" is not of the form name=number,name=number")
      }
      return configuration
    }
  }
}

extension PlanLayer {
  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: CodingKeys.self)
    name = try c.decode(String.self, forKey: .name)
    workload = try c.text(.problem) {
      try Workload(text: $0, dialect: decoder.descriptorDialect)
    }
    workload.epilogue = try c.text(.epilogue) { try Epilogue(text: $0) }
    strategy = try c.strategy(.strategy)
    configuration = try c.configuration(.configuration)
    medianMs = try c.decodeIfPresent(Double.self, forKey: .medianMs)
    intervalMs = try c.decodeIfPresent(Interval.self, forKey: .intervalMs)
    samples = try c.count(.samples)
    runnerUp = try c.decodeIfPresent(RunnerUp.self, forKey: .runnerUp)
    margin = try c.decodeIfPresent(Double.self, forKey: .margin)
    error = try c.decodeIfPresent(Double.self, forKey: .error)
    workspaceBytes = try c.count(.workspaceBytes)
    provenance = try c.decode(Provenance.self, forKey: .provenance)
    validity = try c.decodeIfPresent(Validity.self, forKey: .validity) ?? .valid
    hotMs = try c.decodeIfPresent(Double.self, forKey: .hotMs)
    network = try c.decodeIfPresent(InNetwork.self, forKey: .network)
  }

  /// The workload's epilogue has a field of its own, as in the first plans.
  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(name, forKey: .name)
    try c.encode(workload.textWithoutEpilogue, forKey: .problem)
    try c.encode(epilogue, forKey: .epilogue)
    try c.encode(strategy, forKey: .strategy)
    try c.encode(configuration, forKey: .configuration)
    try c.encodeIfPresent(medianMs, forKey: .medianMs)
    try c.encodeIfPresent(intervalMs, forKey: .intervalMs)
    try c.encode(samples, forKey: .samples)
    try c.encodeIfPresent(runnerUp, forKey: .runnerUp)
    try c.encodeIfPresent(margin, forKey: .margin)
    try c.encodeIfPresent(error, forKey: .error)
    try c.encode(workspaceBytes, forKey: .workspaceBytes)
    try c.encode(provenance, forKey: .provenance)
    try c.encode(validity, forKey: .validity)
    try c.encodeIfPresent(hotMs, forKey: .hotMs)
    try c.encodeIfPresent(network, forKey: .network)
  }
}

extension PlanLayer.InNetwork {
  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: CodingKeys.self)
    medianMs = try c.decode(Double.self, forKey: .medianMs)
    intervalMs = try c.decode(Interval.self, forKey: .intervalMs)
    samples = try c.count(.samples)
    ending = try c.decodeIfPresent(RaceEnding.self, forKey: .ending)
    replaced = try c.decodeIfPresent(PlanLayer.RunnerUp.self, forKey: .replaced)
    margin = try c.decodeIfPresent(Double.self, forKey: .margin)
    validity = try c.decodeIfPresent(Validity.self, forKey: .validity) ?? .valid
  }
}

extension PlanLayer.RunnerUp {
  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: CodingKeys.self)
    strategy = try c.strategy(.strategy)
    configuration = try c.configuration(.configuration)
    medianMs = try c.decode(Double.self, forKey: .medianMs)
  }
}

extension Plan {
  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: CodingKeys.self)
    // As it would be written: what an older format had otherwise is translated here.
    formatVersion = Self.currentFormat
    toolVersion = try c.decode(String.self, forKey: .toolVersion)
    // Format 1 had one generation of all kernels, which stayed the same over changes of their speed.
    commit = try c.decodeIfPresent(String.self, forKey: .commit) ?? ""
    kernels = try c.decodeIfPresent(KernelSignature.self, forKey: .kernels) ?? .unknown
    machine = try c.decode(MachineFingerprint.self, forKey: .machine)
    network = try c.decode(Network.self, forKey: .network)
    threads = try c.decode(ThreadTeam.self, forKey: .threads)
    isa = try c.decode(InstructionSet.self, forKey: .isa)
    budgets = try c.decode(Budgets.self, forKey: .budgets)
    layers = try c.decode([PlanLayer].self, forKey: .layers)
    // Plans of before fused blocks have none.
    fusions = try c.decodeIfPresent([PlanFusion].self, forKey: .fusions) ?? []
  }

  /// Most layers that a plan may have (the deepest network of the catalog has 1,202).
  static let layerLimit = 20_000

  /// Checks what types cannot: ranges and lengths.
  ///
  /// - Throws: `PlanError.Place` with the path within the file.
  func validate() throws(PlanError.Place) {
    func require(_ condition: Bool, _ path: String, _ problem: String) throws(PlanError.Place) {
      if !condition { throw PlanError.Place(path: path, problem: problem) }
    }
    func time(_ value: Double?, _ path: String) throws(PlanError.Place) {
      try require(
        value.map { $0 >= 0 && $0 <= 1e9 } ?? true, path,
        "must be a time from 0 to 1e9 milliseconds")
    }
    try require(
      (1...4096).contains(network.batch), "network.batch", "\(network.batch) is not from 1 to 4096")
    try require(
      network.graphHash.map { $0.utf8.count == 16 && $0.allSatisfy(\.isHexDigit) } ?? true,
      "network.graphHash", "must be 16 hexadecimal digits")
    for (path, shapes) in [
      ("network.inputExtents", network.inputExtents.map { [$0] } ?? []),
      ("network.otherInputExtents", network.otherInputExtents ?? []),
    ] {
      try require(
        shapes.allSatisfy { $0.count <= 8 && $0.allSatisfy { 1...1 << 24 ~= $0 } }, path,
        "must be at most 8 positive numbers")
    }
    try require(
      network.shortcut.map { ["A", "B", "C"].contains($0) } ?? true, "network.shortcut",
      "must be A, B or C")
    try require(
      (1...65_536).contains(threads.count), "threads.count",
      "\(threads.count) is not from 1 to 65536")
    do { _ = try threads.request() } catch {
      throw PlanError.Place(path: "threads.binding", problem: "must be core, none or numa:N")
    }
    try require(commit.utf8.count <= 64, "commit", "is longer than 64 bytes")
    try require(
      layers.count <= Self.layerLimit, "layers", "has more than \(Self.layerLimit) entries")
    for (index, layer) in layers.enumerated() {
      let path = "layers[\(index)]"
      try require(layer.name.utf8.count <= 1024, path + ".name", "is longer than 1024 bytes")
      try time(layer.medianMs, path + ".medianMs")
      try time(layer.intervalMs?.low, path + ".intervalMs.low")
      try time(layer.intervalMs?.high, path + ".intervalMs.high")
      try time(layer.runnerUp?.medianMs, path + ".runnerUp.medianMs")
      try time(layer.hotMs, path + ".hotMs")
      try time(layer.network?.medianMs, path + ".network.medianMs")
      try time(layer.network?.intervalMs.low, path + ".network.intervalMs.low")
      try time(layer.network?.intervalMs.high, path + ".network.intervalMs.high")
      try time(layer.network?.replaced?.medianMs, path + ".network.replaced.medianMs")
      try require(
        (layer.network?.samples ?? 0) >= 0, path + ".network.samples", "must not be negative")
      try require(
        layer.error.map { $0 >= 0 } ?? true, path + ".error", "must not be negative")
      try require(
        (0...1 << 42).contains(layer.workspaceBytes), path + ".workspaceBytes",
        "\(layer.workspaceBytes) is not a size in bytes")
      try require(layer.samples >= 0, path + ".samples", "must not be negative")
    }
    try validateFusions()
  }
}
