import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Races
import Topology

extension RaceRecord: Codable {
  private enum Keys: String, CodingKey {
    case machine, isa, threads, smt, binding, cores, caches, cacheState, problem, epilogue, kernels
    case subject, network, layer, block, strategies, candidates, maxError, maxWorkspaceBytes
    case toolVersion, commit, node, run, cpus, superseded
    case started, finished, ending, validity, discarded, disturbed
    case speedBest, speedWorst, measurements
    /// Of version 1: subject and scope as one text.
    case scope
  }

  /// Seconds since 1970 until the year 5138.
  static let timeLimit = 1e11
  static let speedLimit = 1e9

  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: Keys.self)
    let isOld = c.contains(.scope)
    let (subject, scope) = isOld ? try Self.text(c) : (try Self.subject(c), try Self.scope(c))
    var workload = try c.text(.problem) {
      try Workload(text: $0, dialect: decoder.descriptorDialect)
    }
    workload.epilogue = try c.text(.epilogue) { try Epilogue(text: $0) }
    let key = RaceKey(
      machine: try c.word(.machine, limit: 64), isa: try c.choice(.isa, InstructionSet.self),
      team: try Self.team(c), cacheState: try c.choice(.cacheState, CacheState.self),
      workload: workload,
      kernels: isOld ? .unknown : try c.decode(KernelSignature.self, forKey: .kernels),
      subject: subject, scope: scope)
    var origin = RaceOrigin(toolVersion: try c.word(.toolVersion, limit: 64))
    if c.contains(.commit) { origin.commit = try c.word(.commit, limit: 64) }
    if c.contains(.node) { origin.node = try c.word(.node, limit: 64) }
    if c.contains(.run) { origin.run = try c.word(.run, limit: 64) }
    origin.cpus = try c.decodeIfPresent([Int].self, forKey: .cpus) ?? []
    try c.require(
      origin.cpus.count <= 65_536 && origin.cpus.allSatisfy { (0..<1 << 20).contains($0) }, .cpus,
      "are no numbers of hardware threads")
    self.init(key: key, origin: origin, started: try c.decode(Double.self, forKey: .started))
    isSuperseded = try c.decodeIfPresent(Bool.self, forKey: .superseded) ?? false
    try c.require(
      started >= 0 && started <= Self.timeLimit, .started, "\(started) is not seconds since 1970")
    finished = try c.amount(.finished, upTo: Self.timeLimit)
    ending = c.contains(.ending) ? try c.choice(.ending, RaceEnding.self) : nil
    validity = try c.decodeIfPresent(Validity.self, forKey: .validity)
    try c.require(
      validity?.description.isPlain(upTo: 4096) ?? true, .validity, "is too long or unprintable")
    discarded = try c.whole(.discarded, in: 0...1_000_000_000)
    disturbed = try c.whole(.disturbed, in: 0...1_000_000_000)
    speedBest = try c.amount(.speedBest, upTo: Self.speedLimit).map { Gflops($0) }
    speedWorst = try c.amount(.speedWorst, upTo: Self.speedLimit).map { Gflops($0) }
    measurements = try c.decode([MeasurementRecord].self, forKey: .measurements)
    try c.require(measurements.count <= 10_000, .measurements, "has more than 10000 entries")
    try c.require(
      Set(measurements.map(\.candidate)).count == measurements.count, .measurements,
      "has a candidate twice")
    measurements.sort {
      ($0.candidate.strategy, $0.candidate.configuration.description)
        < ($1.candidate.strategy, $1.candidate.configuration.description)
    }
    try c.require(finished == nil || ending != nil, .ending, "goes with finished")
    let winners = measurements.filter { $0.place == .winner }
    try c.require(
      winners.count == 1 || finished == nil && winners.isEmpty, .measurements,
      "must have one winner if the race is finished, else at most one")
    try c.require(
      winners.allSatisfy { !$0.samples.isEmpty }, .measurements, "has a winner without samples")
  }

  // MARK: Parts of the key

  private static func team(_ c: KeyedDecodingContainer<Keys>) throws -> ThreadTeam {
    let binding = try c.text(.binding) { text in
      // Version 1 has second hardware threads in this text.
      let place = text.hasSuffix("+smt") ? String(text.dropLast(4)) : text
      return (try ThreadRequest.Binding(text: place).description, place != text)
    }
    var place: WorkerPlace?
    if c.contains(.cores) {
      place = WorkerPlace(
        cores: try c.word(.cores, limit: 1024),
        caches: try c.decodeIfPresent(String.self, forKey: .caches) ?? "")
      try c.require(place != nil, .cores, "is not of the form kind:count, or caches are not")
    }
    return ThreadTeam(
      count: try c.whole(.threads, in: 1...65_536),
      smt: try c.decodeIfPresent(Bool.self, forKey: .smt) ?? binding.1, binding: binding.0,
      place: place)
  }

  private static func text(
    _ c: KeyedDecodingContainer<Keys>
  ) throws -> (RaceSubject, RaceScope) {
    let text = try c.word(.scope, limit: 1024)
    guard let both = ScopeText(text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .scope, in: c, debugDescription: "\"\(text.prefix(60))\" says not what was raced")
    }
    return (both.subject, both.scope)
  }

  private static func subject(_ c: KeyedDecodingContainer<Keys>) throws -> RaceSubject {
    let kind = try c.decode(String.self, forKey: .subject)
    func place() throws -> (String, Int) {
      (try c.word(.network, limit: 1024), try c.whole(.layer, in: 0...1_000_000))
    }
    switch kind {
    case "isolated": return .isolated
    case "network":
      let (network, layer) = try place()
      return .inNetwork(network: network, layer: layer)
    case "block":
      let (network, layer) = try place()
      return .block(network: network, layer: layer, block: try c.word(.block, limit: 64))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .subject, in: c,
        debugDescription: "\"\(kind.prefix(40))\" is not isolated, network or block")
    }
  }

  private static func scope(_ c: KeyedDecodingContainer<Keys>) throws -> RaceScope {
    let strategies = try c.decodeIfPresent([String].self, forKey: .strategies)
    try c.require(
      strategies.map { names in
        names.count <= 64
          && names.allSatisfy { !$0.isEmpty && $0.isPlain(upTo: 40) && !$0.contains(",") }
      } ?? true, .strategies, "has too many names, or some that are none")
    return RaceScope(
      strategies: strategies, candidates: try c.whole(.candidates, in: 0...1_000_000),
      maxError: try c.amount(.maxError, upTo: 1e300),
      maxWorkspaceBytes: c.contains(.maxWorkspaceBytes)
        ? try c.whole(.maxWorkspaceBytes, in: 0...1 << 62) : nil)
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Keys.self)
    try c.encode(key.machine, forKey: .machine)
    try c.encode(key.isa, forKey: .isa)
    try c.encode(key.team.count, forKey: .threads)
    try c.encode(key.team.smt, forKey: .smt)
    try c.encode(key.team.binding, forKey: .binding)
    try c.encodeIfPresent(key.team.place?.coreCode, forKey: .cores)
    try c.encodeIfPresent(key.team.place?.cacheCode, forKey: .caches)
    try c.encode(key.cacheState, forKey: .cacheState)
    try c.encode(key.workload.textWithoutEpilogue, forKey: .problem)
    try c.encode(key.epilogue.description, forKey: .epilogue)
    try c.encode(key.kernels, forKey: .kernels)
    switch key.subject {
    case .isolated: try c.encode("isolated", forKey: .subject)
    case .inNetwork(let network, let layer):
      try c.encode("network", forKey: .subject)
      try c.encode(network, forKey: .network)
      try c.encode(layer, forKey: .layer)
    case .block(let network, let layer, let block):
      try c.encode("block", forKey: .subject)
      try c.encode(network, forKey: .network)
      try c.encode(layer, forKey: .layer)
      try c.encode(block, forKey: .block)
    }
    try c.encodeIfPresent(key.scope.strategies, forKey: .strategies)
    try c.encode(key.scope.candidates, forKey: .candidates)
    try c.encodeIfPresent(key.scope.maxError, forKey: .maxError)
    try c.encodeIfPresent(key.scope.maxWorkspaceBytes, forKey: .maxWorkspaceBytes)
    try c.encode(origin.toolVersion, forKey: .toolVersion)
    if !origin.commit.isEmpty { try c.encode(origin.commit, forKey: .commit) }
    if !origin.node.isEmpty { try c.encode(origin.node, forKey: .node) }
    if !origin.run.isEmpty { try c.encode(origin.run, forKey: .run) }
    if !origin.cpus.isEmpty { try c.encode(origin.cpus, forKey: .cpus) }
    if isSuperseded { try c.encode(true, forKey: .superseded) }
    try c.encode(started, forKey: .started)
    try c.encodeIfPresent(finished, forKey: .finished)
    try c.encodeIfPresent(ending, forKey: .ending)
    try c.encodeIfPresent(validity, forKey: .validity)
    try c.encode(discarded, forKey: .discarded)
    try c.encode(disturbed, forKey: .disturbed)
    try c.encodeIfPresent(speedBest, forKey: .speedBest)
    try c.encodeIfPresent(speedWorst, forKey: .speedWorst)
    try c.encode(measurements, forKey: .measurements)
  }
}

extension MeasurementRecord: Codable {
  private enum Keys: String, CodingKey {
    case strategy, configuration, place, samples, speedsBefore, speedsAfter, disturbed
    case ratio, error, rejection, workspaceBytes, time
  }

  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: Keys.self)
    let strategy = try c.word(.strategy, limit: 40)
    // ASCII, so that the database and Swift sort it alike.
    try c.require(
      strategy.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, .strategy,
      "\"\(strategy)\" is not a name")
    self.init(
      candidate: Candidate(
        strategy: strategy, configuration: try c.configuration(.configuration)),
      place: try c.choice(.place, Standing.Place.self), samples: try Self.samples(c),
      time: try c.decode(Double.self, forKey: .time))
    try c.require(
      time >= 0 && time <= RaceRecord.timeLimit, .time, "\(time) is not seconds since 1970")
    ratio = try c.amount(.ratio, upTo: 1e12)
    error = try c.amount(.error, upTo: 1e300)
    rejection = try c.decodeIfPresent(String.self, forKey: .rejection)
    try c.require(
      rejection?.isPlain(upTo: 4096) ?? true, .rejection, "is too long or unprintable")
    workspaceBytes = try c.whole(.workspaceBytes, in: 0...1 << 42)
  }

  /// Lists side by side, those of the conditions left out where none is known.
  private static func samples(_ c: KeyedDecodingContainer<Keys>) throws -> [Sample] {
    // An hour: no single run takes longer.
    let times = try c.amounts(.samples, upTo: 3.6e12)
    func conditions<Value: Decodable>(_ key: Keys, _: Value.Type) throws -> [Value?] {
      let values = try c.decodeIfPresent([Value?].self, forKey: key) ?? []
      try c.require(
        values.isEmpty || values.count == times.count, key, "must have one entry per sample")
      return values.isEmpty ? times.map { _ in nil } : values
    }
    func speeds(_ key: Keys) throws -> [Gflops?] {
      let speeds = try conditions(key, Double.self)
      try c.requireAmounts(speeds.compactMap(\.self), key, upTo: RaceRecord.speedLimit)
      return speeds.map { $0.map { Gflops($0) } }
    }
    let (before, after) = (try speeds(.speedsBefore), try speeds(.speedsAfter))
    let disturbed = try conditions(.disturbed, Bool.self)
    return times.indices.map {
      Sample(
        Nanoseconds(times[$0]), speedBefore: before[$0], speedAfter: after[$0],
        isDisturbed: disturbed[$0]
      ).rounded
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Keys.self)
    try c.encode(candidate.strategy, forKey: .strategy)
    try c.encode(candidate.configuration, forKey: .configuration)
    try c.encode(place, forKey: .place)
    try c.encode(times, forKey: .samples)
    func conditions<Value: Encodable>(_ values: [Value?], _ key: Keys) throws {
      if values.contains(where: { $0 != nil }) { try c.encode(values, forKey: key) }
    }
    try conditions(samples.map(\.speedBefore), .speedsBefore)
    try conditions(samples.map(\.speedAfter), .speedsAfter)
    try conditions(samples.map(\.isDisturbed), .disturbed)
    try c.encodeIfPresent(ratio, forKey: .ratio)
    try c.encodeIfPresent(error, forKey: .error)
    try c.encodeIfPresent(rejection, forKey: .rejection)
    try c.encode(workspaceBytes, forKey: .workspaceBytes)
    try c.encode(time, forKey: .time)
  }
}
