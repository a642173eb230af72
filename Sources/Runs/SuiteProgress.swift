import Base
import Foundation
import Measurement

/// Which networks of a suite are done, so that an interrupted suite goes on where it was.
///
/// A small file beside the results: written after every network, removed after the last one.
public struct SuiteProgress: Sendable, Codable {
  public struct Done: Sendable, Codable, Hashable {
    public let label: String
    /// `RunIdentity.run` of its rows.
    public let run: String
    public let tuningSeconds: Double

    public init(label: String, run: String, tuningSeconds: Double) {
      self.label = label
      self.run = run
      self.tuningSeconds = tuningSeconds
    }
  }

  /// What all networks of one suite have in common: machine, threads, instruction set, versions,
  /// and the suite itself.
  public let conditions: String
  public private(set) var done: [Done] = []

  private enum CodingKeys: CodingKey { case conditions, done }
  private var path = ""

  /// Goes on where a suite under the same conditions stopped, else starts anew. A file that cannot
  /// be understood is no progress.
  public init(path: String, conditions: String) {
    self.conditions = conditions
    self.path = path
    guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 24,
      let stored = try? JSONDecoder().decode(SuiteProgress.self, from: data),
      stored.conditions == conditions
    else { return }
    done = stored.done
  }

  public subscript(label: String) -> Done? { done.first { $0.label == label } }

  /// - Throws: `FileError`.
  public mutating func add(_ entry: Done) throws {
    done.append(entry)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    guard let data = try? encoder.encode(self) else { return }
    try AtomicFile.write(String(decoding: data, as: UTF8.self) + "\n", to: path)
  }

  /// The suite is complete: the next one starts anew.
  public func finish() { unlink(path) }
}
