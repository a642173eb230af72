import Foundation

/// The convolutions that one row of `layers.csv` is the time of, in the order of execution.
public struct BlockLayers: Hashable, Sendable, CSVValue {
  public struct Layer: Hashable, Sendable {
    /// benchdnn's descriptor.
    public var problem: String
    public var epilogue: String

    public init(problem: String, epilogue: String) {
      self.problem = problem
      self.epilogue = epilogue
    }
  }

  public var layers: [Layer]

  public init(_ layers: [Layer] = []) { self.layers = layers }

  static let separator = " + "
  var problem: String { layers.map(\.problem).joined(separator: Self.separator) }
  var epilogue: String { layers.map(\.epilogue).joined(separator: Self.separator) }

  public static var csvKind: String { "descriptor epilogue + descriptor epilogue" }

  public var csv: String {
    layers.map { "\($0.problem) \($0.epilogue)" }.joined(separator: Self.separator)
  }

  public init?(csv: String) {
    layers = []
    guard !csv.isEmpty else { return }
    for part in csv.components(separatedBy: Self.separator) {
      let words = part.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 2, !words[0].isEmpty, !words[1].isEmpty else { return nil }
      layers.append(Layer(problem: String(words[0]), epilogue: String(words[1])))
    }
  }
}
