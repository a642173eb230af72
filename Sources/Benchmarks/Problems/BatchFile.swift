import Base
import Convolution
import Foundation
import Measurement

/// A file of convolutions: benchdnn's input, or DeepBench's lists and tables, read as they are.
///
/// benchdnn's language is that of `docs/descriptors.md`: `--mb`, `--dir`, `--dt`, `--reset` and
/// `--batch` are obeyed, other options named and left out. What is not run (backward passes, other
/// types, three dimensions) is counted, what is malformed is told apart from it. A name's trailing
/// `*N` says how often the problem occurs.
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

    /// A descriptor with its name, of a file or of the command line.
    ///
    /// - Throws: `ProblemError`.
    public init(descriptor: String) throws {
      let text = try ProblemText(descriptor)
      self.init(problem: text.problem, name: text.name)
      if let full = name, let star = full.lastIndex(of: "*"),
        let count = Int(full[full.index(after: star)...]),
        (1...BatchFile.multiplicityLimit).contains(count)
      {
        multiplicity = count
        let rest = full[..<star]
        name = rest.isEmpty ? nil : String(rest)
      }
    }
  }

  /// Something that is not measured, and why.
  public struct LeftOut: Hashable, Sendable, CustomStringConvertible {
    public var path: String
    /// Where it stands first.
    public var line: Int
    /// The first of its kind.
    public var text: String
    public var reason: String
    /// How many of its kind there are.
    public var count = 1

    public var description: String {
      "\(path):\(line): \(text)" + (count > 1 ? " and \(count - 1) more" : "") + ": \(reason)"
    }
  }

  public private(set) var problems: [Problem] = []
  /// What benchdnn reads and convbench does not run, by the reason, and options without a meaning
  /// here.
  public private(set) var skipped: [LeftOut] = []
  /// What benchdnn does not read either, or no machine can hold: the first `malformedLimit`.
  public private(set) var malformed: [LeftOut] = []
  public private(set) var malformedCount = 0

  /// Convolutions that are not run; options are none.
  public var skippedCount: Int {
    skipped.reduce(0) { $0 + ($1.text.hasPrefix("-") ? 0 : $1.count) }
  }

  /// Thousands of networks fit; a larger file is something else.
  static let byteLimit = 16 << 20
  static let multiplicityLimit = 1_000_000
  /// Descriptions of malformed words that are kept, and of options without a meaning.
  static let malformedLimit = 1000
  /// Files within files.
  static let depthLimit = 16
  /// Problems of all files together.
  static let problemLimit = 1_000_000

  /// - Throws: `FileError` where it cannot be read.
  public init(path: String) throws {
    let text = try Self.text(of: path)
    var settings = BenchdnnSettings()
    read(text, Place(path: path, parents: []), &settings)
  }

  /// - Parameter path: what lines are said to be of, and what other files are found beside.
  public init(text: String, path: String = "input") {
    var settings = BenchdnnSettings()
    read(text, Place(path: path, parents: []), &settings)
  }

  /// A file, and which files brought it in.
  private struct Place {
    var path: String
    var parents: [String]

    var stack: [String] { parents + [path] }
  }

  private static func text(of path: String) throws -> String {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw FileError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { try? file.close() }
    let data: Data
    do {
      data = try file.read(upToCount: Self.byteLimit + 1) ?? Data()
    } catch { throw FileError("cannot read \(path): it is no regular file") }
    guard data.count <= Self.byteLimit else {
      throw FileError("\(path) is larger than \(NumberText.bytes(Self.byteLimit)): no batch file")
    }
    guard !data.contains(0) else {
      throw FileError("\(path) is UTF-16 or no text: a batch file is UTF-8")
    }
    return String(decoding: data, as: UTF8.self)
  }

  private mutating func read(_ text: String, _ place: Place, _ settings: inout BenchdnnSettings) {
    let isList = DeepBenchText.isList(text)
    var words = BenchdnnWords()
    // A byte-order mark is no part of the first word.
    let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : Substring(text)
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let number = index + 1
      if let found = DeepBenchText.read(line) {
        switch found {
        case .descriptor(let text): readProblem(text, place, number, BenchdnnSettings())
        case .skipped(let text, let reason): malform(text, place, number, reason)
        }
      } else if !isList {
        for word in words.read(line, number: number) { read(word, place, &settings) }
      }
    }
    for word in words.finish() { read(word, place, &settings) }
  }

  private mutating func read(
    _ word: BenchdnnWords.Word, _ place: Place, _ settings: inout BenchdnnSettings
  ) {
    guard word.text.hasPrefix("-") else {
      return readProblem(word.text, place, word.line, settings)
    }
    if word.text.hasPrefix("--batch=") {
      return readFile(String(word.text.dropFirst(8)), word, place, &settings)
    }
    do {
      try settings.read(option: word.text)
    } catch is BenchdnnSettings.Meaningless {
      let isKnown = skipped.contains { $0.text == Self.shown(word.text) }
      if !isKnown, skipped.count < Self.malformedLimit {
        skip(word.text, place, word.line, "this option means nothing here")
      }
    } catch {
      malform(word.text, place, word.line, "\(error)")
    }
  }

  /// Another file, by its path or beside one of those that brought it in. As in benchdnn, its
  /// settings stay when it ends.
  private mutating func readFile(
    _ name: String, _ word: BenchdnnWords.Word, _ place: Place, _ settings: inout BenchdnnSettings
  ) {
    let folders = place.stack.reversed().map(PathText.folder(of:))
    let candidates =
      [name] + (name.hasPrefix("/") ? [] : folders.map { PathText.join($0, name) })
    let path = candidates.first { access($0, F_OK) == 0 } ?? name
    do {
      guard !place.stack.contains(path) else {
        throw FileError("\(path) brings itself in")
      }
      guard place.stack.count < Self.depthLimit else {
        throw FileError("more than \(Self.depthLimit) files within one another")
      }
      read(try Self.text(of: path), Place(path: path, parents: place.stack), &settings)
    } catch {
      malform(word.text, place, word.line, "\(error)")
    }
  }

  private mutating func readProblem(
    _ text: String, _ place: Place, _ line: Int, _ settings: BenchdnnSettings
  ) {
    do {
      let problem = try Problem(descriptor: text)
      let operations = settings.operations
      for reason in operations.reasons {
        skip(text, place, line, reason, count: settings.batches.count)
      }
      guard operations.isRun else { return }
      for batch in settings.batches {
        guard problems.count < Self.problemLimit else {
          throw ProblemError("more than \(Self.problemLimit) problems")
        }
        var problem = problem
        if let batch { problem.problem = try problem.problem.replacing(batch: batch) }
        problems.append(problem)
      }
    } catch let error as ProblemError where error.kind == .unsupported {
      skip(text, place, line, "three spatial dimensions are not run; one and two are")
    } catch {
      malform(text, place, line, "\(error)")
    }
  }

  /// Convolutions are counted by the reason, options by their text.
  private mutating func skip(
    _ text: String, _ place: Place, _ line: Int, _ reason: String, count: Int = 1
  ) {
    let isOption = text.hasPrefix("-")
    if !isOption,
      let index = skipped.firstIndex(where: { $0.reason == reason && !$0.text.hasPrefix("-") })
    {
      skipped[index].count += count
      return
    }
    skipped.append(
      LeftOut(
        path: place.path, line: line, text: Self.shown(text), reason: reason, count: count))
  }

  private mutating func malform(_ text: String, _ place: Place, _ line: Int, _ reason: String) {
    malformedCount += 1
    guard malformed.count < Self.malformedLimit else { return }
    malformed.append(
      LeftOut(path: place.path, line: line, text: Self.shown(text), reason: reason))
  }

  private static func shown(_ text: String) -> String {
    text.count > 100 ? text.prefix(100) + "…" : text
  }
}
