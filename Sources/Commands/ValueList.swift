import ArgumentParser
import Foundation
import KernelLibrary
import Topology

/// What an option takes several of, commas between: `1,2`, each once.
struct ValueList<Value: Hashable & Sendable>: Hashable, Sendable {
  let values: [Value]

  /// - Parameters:
  ///   - what: of what there are some, for the error: `numbers from 1`.
  ///   - value: nil for a text that is none.
  /// - Throws: `ValidationError`.
  init(_ text: String, of what: String, _ value: (String) -> Value?) throws {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    var values: [Value] = []
    for part in parts {
      guard let value = value(part) else {
        throw ValidationError("give \(what), commas between")
      }
      guard !values.contains(value) else { throw ValidationError("\(part) is there twice") }
      values.append(value)
    }
    self.values = values
  }
}

extension ValueList<Int> {
  static func batches(_ text: String) throws -> Self {
    try Self(text, of: "numbers of images from 1 to 4096") { part in
      Int(part).flatMap { (1...4096).contains($0) ? $0 : nil }
    }
  }
}

extension ValueList<InstructionSet> {
  static func instructionSets(_ text: String) throws -> Self {
    let names = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
    return try Self(text, of: "some of \(names)") { InstructionSet(rawValue: $0) }
  }
}
