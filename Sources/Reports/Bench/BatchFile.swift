import Base
import Convolution
import Foundation
import Measurement

/// A file of convolutions: benchdnn's input, or DeepBench's lists and tables, read as they are.
///
/// benchdnn's: comments (`#`), blank lines, several words a line; options change the problems
/// behind them: `--mb=N` is obeyed, `--reset` undoes it, all others are named and skipped. Problems
/// with one or three spatial dimensions are skipped with their reason. A name's trailing `*N` says
/// how often the problem occurs.
public struct BatchFile: Sendable {
  public struct Problem: Hashable, Sendable {
    public var problem: ConvolutionProblem
    /// Without the multiplicity.
    public var name: String?
    public var multiplicity: Int

    public init(problem: ConvolutionProblem, name: String? = nil, multiplicity: Int = 1) {
      self.problem = problem
      self.name = name
      self.multiplicity = multiplicity
    }
  }

  public struct Skipped: Hashable, Sendable, CustomStringConvertible {
    /// Where it stands first.
    public var line: Int
    public var text: String
    public var reason: String

    public var description: String { "line \(line): skipped \(text): \(reason)" }
  }

  public private(set) var problems: [Problem] = []
  public private(set) var skipped: [Skipped] = []

  /// Thousands of networks fit; a larger file is something else.
  static let byteLimit = 16 << 20
  static let multiplicityLimit = 1_000_000

  /// - Throws: `FileError` where it cannot be read.
  public init(path: String) throws {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw FileError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    let data: Data
    do {
      data = try file.read(upToCount: Self.byteLimit + 1) ?? Data()
    } catch { throw FileError("cannot read \(path): it is no regular file") }
    guard data.count <= Self.byteLimit else {
      throw FileError("\(path) is larger than \(NumberText.bytes(Self.byteLimit)): no batch file")
    }
    self.init(text: String(decoding: data, as: UTF8.self))
  }

  public init(text: String) {
    let isList = DeepBenchText.isList(text)
    var batch: Int?
    var optionsSeen: Set<String> = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      if let found = DeepBenchText.read(line) {
        switch found {
        case .descriptor(let text): readProblem(text, line: index + 1, batch: nil)
        case .skipped(let text, let reason): skip(text, index + 1, reason)
        }
        continue
      }
      if isList { continue }
      for word in line.prefix(while: { $0 != "#" }).split(whereSeparator: \.isWhitespace) {
        let text = String(word)
        if text.hasPrefix("-") {
          readOption(text, line: index + 1, batch: &batch, seen: &optionsSeen)
        } else {
          readProblem(text, line: index + 1, batch: batch)
        }
      }
    }
  }

  private mutating func readOption(
    _ text: String, line: Int, batch: inout Int?, seen: inout Set<String>
  ) {
    let name = String(text.prefix { $0 != "=" })
    let value = text.dropFirst(name.count + 1)
    switch name {
    case "--reset": batch = nil
    case "--mb":
      // 0 is benchdnn's way to say: as the problem says.
      guard let number = Int(value), (0...ConvolutionProblem.fieldLimit).contains(number) else {
        skip(text, line, "its batch is no number from 0 to \(ConvolutionProblem.fieldLimit)")
        return
      }
      batch = number == 0 ? nil : number
    case "--batch": skip(text, line, "name that file on the command line instead")
    default:
      if seen.insert(text).inserted { skip(text, line, "this option means nothing here") }
    }
  }

  private mutating func readProblem(_ text: String, line: Int, batch: Int?) {
    let parts = text.split(separator: "n\"", maxSplits: 1, omittingEmptySubsequences: false)
    var name = parts.count == 2 ? String(parts[1].prefix { $0 != "\"" }) : nil
    let fields = parts[0]
    if let reason = Self.dimensionProblem(fields) {
      skip(text, line, reason)
      return
    }
    var multiplicity = 1
    if let full = name, let star = full.lastIndex(of: "*"),
      let count = Int(full[full.index(after: star)...]),
      (1...Self.multiplicityLimit).contains(count)
    {
      multiplicity = count
      name = String(full[..<star])
    }
    do {
      var problem = try ConvolutionProblem(descriptor: String(fields))
      if let batch {
        // Through the text, so that the larger tensors are checked as well.
        problem.batch = batch
        problem = try ConvolutionProblem(descriptor: problem.description)
      }
      problems.append(Problem(problem: problem, name: name, multiplicity: multiplicity))
    } catch {
      skip(text, line, "\(error)")
    }
  }

  /// benchdnn's rule: a depth makes it three-dimensional, only widths make it one-dimensional.
  private static func dimensionProblem(_ fields: Substring) -> String? {
    var keys: Set<String> = []
    for key in fields.split(whereSeparator: { !($0.isASCII && $0.isLetter) }) {
      keys.insert(String(key))
    }
    if !keys.isDisjoint(with: ["id", "od", "kd", "sd", "dd", "pd"]) {
      return "it has three spatial dimensions; two are supported"
    }
    if keys.contains("iw"), !keys.contains("ih"), !keys.contains("oh"), !keys.contains("kh") {
      return "it has one spatial dimension; two are supported"
    }
    return nil
  }

  private mutating func skip(_ text: String, _ line: Int, _ reason: String) {
    let shown = text.count > 100 ? text.prefix(100) + "…" : Substring(text)
    skipped.append(Skipped(line: line, text: String(shown), reason: reason))
  }
}
