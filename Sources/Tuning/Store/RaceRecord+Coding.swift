import Convolution
import Foundation
import KernelLibrary
import Measurement
import Topology

extension RaceRecord: Codable {
  private enum Keys: String, CodingKey {
    case machine, isa, threads, binding, cacheState, problem, epilogue, kernelGeneration, scope
    case toolVersion, started, finished, ending, validity, discarded, disturbed
    case speedBest, speedWorst, measurements
  }

  /// Seconds since 1970 until the year 5138.
  static let timeLimit = 1e11
  static let speedLimit = 1e9

  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: Keys.self)
    let key = RaceKey(
      machine: try c.word(.machine, limit: 64), isa: try c.choice(.isa, InstructionSet.self),
      threads: try c.whole(.threads, in: 1...65_536),
      binding: try c.text(.binding) { text in
        let place = text.hasSuffix("+smt") ? String(text.dropLast(4)) : text
        _ = try ThreadRequest.Binding(text: place)
        return text
      }, cacheState: try c.choice(.cacheState, CacheState.self),
      problem: try c.text(.problem) {
        try ConvolutionProblem(descriptor: $0, dialect: decoder.descriptorDialect)
      },
      epilogue: try c.text(.epilogue) {
        guard let epilogue = Epilogue($0) else {
          throw ProblemError("\"\($0.prefix(40))\" is not an epilogue such as bias+relu")
        }
        return epilogue
      }, kernelGeneration: try c.whole(.kernelGeneration, in: 0...1_000_000),
      scope: try c.word(.scope, limit: 1024))
    self.init(
      key: key, toolVersion: try c.word(.toolVersion, limit: 64),
      started: try c.decode(Double.self, forKey: .started))
    try c.require(
      started >= 0 && started <= Self.timeLimit, .started, "\(started) is not seconds since 1970")
    finished = try c.amount(.finished, upTo: Self.timeLimit)
    ending = c.contains(.ending) ? try c.choice(.ending, RaceEnding.self) : nil
    validity = try c.decodeIfPresent(Validity.self, forKey: .validity)
    try c.require(
      validity?.description.isPlain(upTo: 4096) ?? true, .validity, "is too long or unprintable")
    discarded = try c.whole(.discarded, in: 0...1_000_000_000)
    disturbed = try c.whole(.disturbed, in: 0...1_000_000_000)
    speedBest = try c.amount(.speedBest, upTo: Self.speedLimit)
    speedWorst = try c.amount(.speedWorst, upTo: Self.speedLimit)
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

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Keys.self)
    try c.encode(key.machine, forKey: .machine)
    try c.encode(key.isa, forKey: .isa)
    try c.encode(key.threads, forKey: .threads)
    try c.encode(key.binding, forKey: .binding)
    try c.encode(key.cacheState, forKey: .cacheState)
    try c.encode(key.problem.description, forKey: .problem)
    try c.encode(key.epilogue.description, forKey: .epilogue)
    try c.encode(key.kernelGeneration, forKey: .kernelGeneration)
    try c.encode(key.scope, forKey: .scope)
    try c.encode(toolVersion, forKey: .toolVersion)
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
    case strategy, configuration, place, samples, speedsBefore, speedsAfter, ratio, error
    case rejection, workspaceBytes, time
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
      place: try c.choice(.place, Standing.Place.self),
      // An hour: no single run takes longer.
      samples: try c.amounts(.samples, upTo: 3.6e12).map(Self.roundedTime),
      time: try c.decode(Double.self, forKey: .time))
    try c.require(
      time >= 0 && time <= RaceRecord.timeLimit, .time, "\(time) is not seconds since 1970")
    speedsBefore = try c.amounts(.speedsBefore, upTo: RaceRecord.speedLimit)
      .map(Self.roundedSpeed)
    speedsAfter = try c.amounts(.speedsAfter, upTo: RaceRecord.speedLimit).map(Self.roundedSpeed)
    for (key, speeds) in [(Keys.speedsBefore, speedsBefore), (Keys.speedsAfter, speedsAfter)] {
      try c.require(
        speeds.isEmpty || speeds.count == samples.count, key, "must have one entry per sample")
    }
    ratio = try c.amount(.ratio, upTo: 1e12)
    error = try c.amount(.error, upTo: 1e300)
    rejection = try c.decodeIfPresent(String.self, forKey: .rejection)
    try c.require(
      rejection?.isPlain(upTo: 4096) ?? true, .rejection, "is too long or unprintable")
    workspaceBytes = try c.whole(.workspaceBytes, in: 0...1 << 42)
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Keys.self)
    try c.encode(candidate.strategy, forKey: .strategy)
    try c.encode(candidate.configuration, forKey: .configuration)
    try c.encode(place, forKey: .place)
    try c.encode(samples, forKey: .samples)
    if !speedsBefore.isEmpty { try c.encode(speedsBefore, forKey: .speedsBefore) }
    if !speedsAfter.isEmpty { try c.encode(speedsAfter, forKey: .speedsAfter) }
    try c.encodeIfPresent(ratio, forKey: .ratio)
    try c.encodeIfPresent(error, forKey: .error)
    try c.encodeIfPresent(rejection, forKey: .rejection)
    try c.encode(workspaceBytes, forKey: .workspaceBytes)
    try c.encode(time, forKey: .time)
  }
}
