/// What a race is between, beside the convolution of its key.
public enum RaceSubject: Hashable, Sendable {
  /// Candidates for the convolution, on their own.
  case isolated
  /// Candidates for one layer while the network runs.
  case inNetwork(network: String, layer: Int)
  /// Ways to fuse a block of layers and not to fuse it, while the network runs.
  ///
  /// - `layer`: the block's last, whose convolution the key has.
  /// - `block`: a hash of its layers with their candidates.
  case block(network: String, layer: Int, block: String)
}

/// Which candidates were allowed to race. Their number is part of it, so that a new strategy or
/// configuration reopens the race.
public struct RaceScope: Hashable, Sendable {
  /// Names, sorted; nil is all.
  public var strategies: [String]?
  /// Candidates, or the ways to run a block.
  public var candidates: Int
  /// Relative error that an approximate strategy might have; nil allowed none.
  public var maxError: Double?
  public var maxWorkspaceBytes: Int?

  public init(
    strategies: [String]? = nil, candidates: Int, maxError: Double? = nil,
    maxWorkspaceBytes: Int? = nil
  ) {
    self.strategies = strategies?.sorted()
    self.candidates = candidates
    self.maxError = maxError
    self.maxWorkspaceBytes = maxWorkspaceBytes
  }
}

// For people.

extension RaceSubject: CustomStringConvertible {
  public var description: String {
    switch self {
    case .isolated: "isolated"
    case .inNetwork(let network, let layer): "in \(network) layer \(layer)"
    case .block(let network, let layer, let block):
      "fused in \(network) layer \(layer) of \(block)"
    }
  }
}

extension RaceScope: CustomStringConvertible {
  public var description: String {
    var parts = [(strategies ?? ["all"]).joined(separator: "+"), "n=\(candidates)"]
    if let maxError { parts.append("error<=\(maxError)") }
    if let maxWorkspaceBytes { parts.append("workspace<=\(maxWorkspaceBytes)") }
    return parts.joined(separator: " ")
  }
}

/// Subject and scope as one text: how stores and exports before schema 3 had them.
struct ScopeText {
  let subject: RaceSubject
  let scope: RaceScope

  /// Such as `all n=12 error<=0.001 in resnet20#1a2b3c4d layer 5`; nil for what is none.
  init?(_ text: String) {
    var head = Substring(text)
    var subject = RaceSubject.isolated
    if let match = text.firstMatch(of: /(?: (fused))? in (\S+) layer (\d+)(?: of ([0-9a-f]+))?$/) {
      guard let layer = Int(match.3) else { return nil }
      switch (match.1, match.4) {
      case (nil, nil): subject = .inNetwork(network: String(match.2), layer: layer)
      case (_?, let block?):
        subject = .block(network: String(match.2), layer: layer, block: String(block))
      default: return nil
      }
      head = text[..<match.range.lowerBound]
    }
    var scope = RaceScope(candidates: 0)
    for (index, word) in head.split(separator: " ").enumerated() {
      if word.hasPrefix("n="), let count = Int(word.dropFirst(2)), count >= 0 {
        scope.candidates = count
      } else if word.hasPrefix("error<="), let error = Double(word.dropFirst(7)), error >= 0 {
        scope.maxError = error
      } else if word.hasPrefix("workspace<="), let bytes = Int(word.dropFirst(11)), bytes >= 0 {
        scope.maxWorkspaceBytes = bytes
      } else if index == 0, !word.contains("=") {
        scope.strategies =
          word == "all" ? nil : word.split(separator: "+").map(String.init).sorted()
      } else {
        return nil
      }
    }
    self.subject = subject
    self.scope = scope
  }
}
