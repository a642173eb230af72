import Convolution

/// What benchdnn's options in front of a descriptor say of it: which passes on which types, and for
/// which batches. Each is a list; a descriptor stands for every combination.
struct BenchdnnSettings {
  /// A value with what it means here.
  private typealias Directions = [(text: String, pass: Result<Pass, ProblemError>)]
  private typealias Types = [(text: String, types: Result<ElementTypes, ProblemError>)]

  private var directions = Self.defaultDirections
  private var types = Self.defaultTypes
  /// nil is the descriptor's own.
  private(set) var batches = Self.defaultBatches

  private static let defaultDirections: Directions = [("FWD_B", .success(.forward))]
  private static let defaultTypes: Types = [("f32", .success(.f32))]
  private static let defaultBatches: [Int?] = [nil]

  /// An option that has no meaning here.
  struct Meaningless: Error {}

  /// - Throws: `ProblemError` for a value that is none: the setting is then as it was.
  ///   `Meaningless` for another option.
  mutating func read(option: String) throws {
    let name = String(option.prefix { $0 != "=" })
    let values = option.dropFirst(name.count + 1).split(separator: ",").map(String.init)
    switch name {
    case "--reset": self = BenchdnnSettings()
    // benchdnn's default where nothing is given.
    case "--mb": batches = values.isEmpty ? Self.defaultBatches : try values.map(Self.batch)
    case "--dir":
      let read: Directions = values.map { text in
        (text.uppercased(), Result { () throws(ProblemError) in try Pass(direction: text) })
      }
      try Self.refuseImpossible(read.map(\.pass))
      directions = read.isEmpty ? Self.defaultDirections : read
    // The names of before --dt.
    case "--cfg" where values != ["f32"]:
      types = [
        (
          option,
          .failure(ProblemError("\(option): such types are not run; f32 is", kind: .unsupported))
        )
      ]
    case "--dt", "--cfg":
      let read: Types = values.map { text in
        (text, Result { () throws(ProblemError) in try ElementTypes(text) })
      }
      try Self.refuseImpossible(read.map(\.types))
      types = read.isEmpty ? Self.defaultTypes : read
    default: throw Meaningless()
    }
  }

  /// Of the combinations of directions and types: whether one of them is run, and why the others are
  /// not, a reason each.
  var operations: (isRun: Bool, reasons: [String]) {
    var isRun = false
    var reasons: [String] = []
    for direction in directions {
      for type in types {
        switch (direction.pass, type.types) {
        case (.success, .success): isRun = true
        case (.failure(let error), _), (_, .failure(let error)):
          reasons.append(error.description)
        }
      }
    }
    return (isRun, reasons)
  }

  /// 0 is benchdnn's way to say: as the problem says.
  private static func batch(_ text: String) throws -> Int? {
    guard let number = Int(text), (0...ConvolutionProblem.fieldLimit).contains(number) else {
      throw ProblemError(
        "\"\(text.prefix(40))\" is no batch from 0 to \(ConvolutionProblem.fieldLimit)")
    }
    return number == 0 ? nil : number
  }

  private static func refuseImpossible<Value>(_ results: [Result<Value, ProblemError>]) throws {
    for case .failure(let error) in results where error.kind == .impossible { throw error }
  }
}
