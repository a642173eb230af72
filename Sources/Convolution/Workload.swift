import KernelInterface

/// What is computed: a convolution, what is fused behind it, in which direction and in which element
/// types. Whatever is keyed by work (races, plans, rows) is keyed by this.
public struct Workload: Hashable, Sendable {
  public var problem: ConvolutionProblem
  public var epilogue: Epilogue
  public var pass: Pass
  public var types: ElementTypes

  public init(
    problem: ConvolutionProblem, epilogue: Epilogue = .none, pass: Pass = .forward,
    types: ElementTypes = .f32
  ) {
    self.problem = problem
    self.epilogue = epilogue
    self.pass = pass
    self.types = types
  }
}

/// A tensor that a workload reads or writes, by its role.
public struct Operand: Hashable, Sendable {
  public enum Role: String, CaseIterable, Sendable {
    case source, weights, bias, residual, destination
  }

  public var role: Role
  public var type: ElementType
  /// Elements, without padding of any kind.
  public var count: Int

  public var bytes: Int { count * type.bytes }
}

extension Workload {
  /// What it reads and writes, each role at most once.
  public var operands: [Operand] {
    let output = problem.outputShape.count
    var all = [
      Operand(role: .source, type: types.source, count: problem.inputShape.count),
      Operand(role: .weights, type: types.weights, count: problem.weightCount),
    ]
    if epilogue.bias {
      all.append(Operand(role: .bias, type: .f32, count: problem.outputChannels))
    }
    if epilogue.residual {
      all.append(Operand(role: .residual, type: types.destination, count: output))
    }
    all.append(Operand(role: .destination, type: types.destination, count: output))
    return all
  }
}

/// The text form is benchdnn's: `--dt=` where the types are not f32, the descriptor, and behind it
/// the epilogue where there is one, e.g. `mb1ic64ih56oc64oh56kh3ph1 bias+relu`. `--dir=` and `--dt=`
/// are read in any order; what is not there is forward and f32.
extension Workload: LosslessStringConvertible, CustomStringConvertible {
  public var description: String {
    epilogue == .none ? textWithoutEpilogue : "\(textWithoutEpilogue) \(epilogue)"
  }

  /// For files that keep the epilogue in a field of its own.
  public var textWithoutEpilogue: String {
    let options = types == .f32 ? "" : "--dt=\(types) "
    switch pass {
    case .forward: return "\(options)\(problem)"
    }
  }

  public init?(_ description: String) {
    guard let workload = try? Workload(text: description) else { return nil }
    self = workload
  }

  /// - Throws: `ProblemError` naming what is unknown, repeated, missing or impossible.
  public init(text: String, dialect: DescriptorDialect = .benchdnn) throws {
    var words = text.split(separator: " ").map(String.init)
    func take(_ option: String) throws -> String? {
      let found = words.filter { $0.hasPrefix(option) }
      guard found.count < 2 else { throw ProblemError("\(option) is given twice") }
      words.removeAll { $0.hasPrefix(option) }
      return found.first.map { String($0.dropFirst(option.count)) }
    }
    pass = try take("--dir=").map { try Pass(direction: $0) } ?? .forward
    types = try take("--dt=").map { try ElementTypes($0) } ?? .f32
    guard let descriptor = words.first, words.count <= 2 else {
      throw ProblemError(
        "\"\(text.prefix(60))\" is not a descriptor with at most an epilogue behind it, such as "
          + "mb1ic64ih56oc64oh56kh3ph1 bias+relu")
    }
    problem = try ConvolutionProblem(descriptor: descriptor, dialect: dialect)
    epilogue = words.count == 2 ? try Epilogue(text: words[1]) : .none
  }
}

/// What has a workload can be asked for its parts.
public protocol WorkloadCarrying {
  var workload: Workload { get }
}

extension WorkloadCarrying {
  public var problem: ConvolutionProblem { workload.problem }
  public var epilogue: Epilogue { workload.epilogue }
}
