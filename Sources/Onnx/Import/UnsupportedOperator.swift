import Networks

/// Why nodes of a model are not supported: one line for all that are alike.
public struct UnsupportedOperator: Sendable, CustomStringConvertible {
  /// With the first node's name.
  public private(set) var reason: OnnxError
  /// How many nodes it is about.
  public private(set) var count = 1
  /// Multiply-accumulates of all of them, as far as their shapes say.
  public private(set) var macs: Int
  /// Nodes with the same are alike.
  private let kind: [String]

  init(_ node: NodeReader, because error: any Error, macs: Int) {
    reason = OnnxError("\(node.title): \(error)")
    kind = [node.proto.domain, node.proto.opType, "\(error)"]
    self.macs = macs
  }

  public var description: String {
    var text = reason.description
    if count > 1 { text += "; so \(count == 2 ? "is one" : "are \(count - 1)") more" }
    if macs > 0 { text += "; \(macs) multiply-accumulates" }
    return text
  }

  /// One for all that are alike, most multiply-accumulates first, else in the model's order.
  static func grouped(_ all: [UnsupportedOperator]) -> [UnsupportedOperator] {
    var groups: [UnsupportedOperator] = []
    var places: [[String]: Int] = [:]
    for one in all {
      guard let place = places[one.kind] else {
        places[one.kind] = groups.count
        groups.append(one)
        continue
      }
      groups[place].count += 1
      groups[place].macs = groups[place].macs.addingReportingOverflow(one.macs).partialValue
    }
    return groups.enumerated().sorted {
      ($1.element.macs, $0.offset) < ($0.element.macs, $1.offset)
    }
    .map(\.element)
  }
}

/// What can be said of an operator without computing it: the shapes of its results, so that what is
/// behind it can be looked at, and its multiply-accumulates.
struct OperatorOutline {
  /// Per output; nil where it is not known.
  private(set) var outputs: [[Int]?]
  private(set) var macs = 0

  /// - Parameters:
  ///   - inputs: shapes, nil where they are not known or left out.
  ///   - stated: what the model says of its results.
  init(_ node: NodeReader, inputs: [[Int]?], stated: (String) -> [Int]?) {
    let proto = node.proto
    func input(_ index: Int) -> [Int]? { index < inputs.count ? inputs[index] : nil }
    func work(_ factors: Int?...) -> Int {
      factors.reduce(1) { product, factor in
        let (next, overflow) = product.multipliedReportingOverflow(by: factor ?? 0)
        return overflow || next > GraphBuilder.macLimit ? 0 : next
      }
    }
    func elements(_ extents: [Int]?) -> Int? { extents.flatMap { try? Constant.count($0) } }
    var known = [[Int]?](repeating: nil, count: proto.output.count)
    switch proto.opType {
    case "MatMul":
      if let a = input(0), let b = input(1), let shape = Self.product(a, b) {
        known = [shape]
        macs = work(elements(shape), a.last)
      }
    case "GRU", "LSTM", "RNN":
      if let x = input(0), let w = input(1), let r = input(2), x.count == 3, w.count == 3,
        r.count == 3, (try? node.int("layout", 0)) == 0
      {
        let last = [w[0], x[1], r[2]]
        known = [[x[0], w[0], x[1], r[2]], last, last]
        macs = work(x[0], x[1], elements(w)) + work(x[0], x[1], elements(r))
      }
    case _ where Self.elementwise.contains(proto.opType):
      known = [inputs.reduce([]) { Self.broadcast($0, $1) }]
    default: break
    }
    outputs = proto.output.indices.map { index in
      stated(proto.output[index]) ?? (index < known.count ? known[index] : nil)
    }
    // Weights meet every pixel of the output.
    if proto.opType.hasPrefix("Conv") || proto.opType == "QLinearConv",
      let weights = input(proto.opType == "QLinearConv" ? 3 : 1), let shape = outputs.first,
      let channels = weights.first, channels > 0, let count = elements(weights)
    {
      macs = work(elements(shape), count / channels)
    }
  }

  /// Of a result as wide as all inputs together.
  private static let elementwise: Set = [
    "And", "DequantizeLinear", "Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less",
    "LessOrEqual", "Mod", "Not", "Or", "PRelu", "Pow", "QuantizeLinear", "Where", "Xor",
  ]

  private static func broadcast(_ a: [Int]?, _ b: [Int]?) -> [Int]? {
    guard let a, let b else { return nil }
    let rank = max(a.count, b.count)
    func extent(_ list: [Int], _ index: Int) -> Int {
      let place = index - (rank - list.count)
      return place < 0 ? 1 : list[place]
    }
    var result: [Int] = []
    for index in 0..<rank {
      let (x, y) = (extent(a, index), extent(b, index))
      guard x == y || x == 1 || y == 1 else { return nil }
      result.append(x == 1 ? y : x)
    }
    return result
  }

  private static func product(_ a: [Int], _ b: [Int]) -> [Int]? {
    guard a.count > 1, b.count > 1, a[a.count - 1] == b[b.count - 2],
      let lead = broadcast(Array(a.dropLast(2)), Array(b.dropLast(2)))
    else { return nil }
    return lead + [a[a.count - 2], b[b.count - 1]]
  }
}
