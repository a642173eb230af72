import Foundation
import Measurement
import TestSupport
import Testing

@testable import Results

/// Whatever layers either side computes together, every layer is in one row of the comparison.
@Suite struct FusedBlockComparisonTests {
  static let problems = (0..<4).map { "mb1ic\($0 + 1)ih4iw4oc4oh4ow4kh1kw1" }
  /// Every way to cut the layers into blocks: lengths.
  static let cuts: [[Int]] = [
    [1, 1, 1, 1], [2, 1, 1], [1, 2, 1], [1, 1, 2], [2, 2], [3, 1], [1, 3], [4],
  ]

  /// A network of a pooling layer, then a convolution of 1, 2, 3 and 4 ms.
  private static func rows(_ cut: [Int], run: String, isKnown: Bool, scale: Double) -> [LayerRow] {
    func row(_ index: Int, _ kind: String, _ ms: Double) -> LayerRow {
      var row = LayerRow()
      row.identity = ComparisonFixture.network(.init()).identity
      row.identity.run = run
      row.layer = index
      row.kind = kind
      row.ms = ms
      row.gflops = kind == "maxpool" ? nil : 10 / ms
      row.samplesMs = SampleList(ComparisonFixture.samples(ms, 0.001, 30, seed: 5))
      return row
    }
    var rows = [row(0, "maxpool", 9)]
    var first = 0
    for length in cut {
      let layers = first..<first + length
      let ms = layers.reduce(0.0) { $0 + scale * Double($1 + 1) }
      var new = row(rows.count, length == 1 ? "convolution" : "fused", ms)
      new.name = length == 1 ? "conv\(first)" : "conv\(first)..conv\(first + length - 1)"
      if length == 1 {
        new.problem = problems[first]
        new.epilogue = "relu"
        new.strategy = "direct"
      } else {
        new.strategy = "fused"
        new.configuration = "band=2,layers=\(length)"
        if isKnown {
          new.block = BlockLayers(layers.map { .init(problem: problems[$0], epilogue: "relu") })
        }
      }
      rows.append(new)
      first += length
    }
    return rows
  }

  private static func compare(
    _ left: [Int], _ right: [Int], isKnown: Bool, _ folder: TemporaryFolder
  ) throws -> Comparison {
    for (cut, name) in [(left, "a"), (right, "b")] {
      let path = folder.file("\(name).csv")
      try? FileManager.default.removeItem(atPath: path)
      try CSVFile.append(
        rows(cut, run: name, isKnown: isKnown, scale: name == "a" ? 1 : 2), to: path)
    }
    return try Comparison(
      baseline: ResultFile(folder.file("a.csv"), subject: .layer),
      file: ResultFile(folder.file("b.csv"), subject: .layer),
      rules: ComparisonRules(fields: MatchField.layers))
  }

  @Test(arguments: cuts) func noLayerVanishes(_ left: [Int]) throws {
    let folder = try TemporaryFolder()
    for right in Self.cuts {
      for isKnown in [true, false] {
        let comparison = try Self.compare(left, right, isKnown: isKnown, folder)
        #expect(comparison.isComplete, "\(left) \(right)")
        #expect(abs(comparison.rows.reduce(0) { $0 + $1.baseline.ms } - 10) < 0.02)
        #expect(abs(comparison.rows.reduce(0) { $0 + $1.file.ms } - 20) < 0.04)
        #expect(comparison.rows.allSatisfy { $0.verdict == .slower && $0.baseline.gflops != nil })
        guard isKnown else { continue }
        let keys = comparison.rows.flatMap { $0.key[0].components(separatedBy: " + ") }
        #expect(keys.sorted() == Self.problems, "\(left) \(right)")
      }
    }
  }

  /// An older file does not say what its block holds; the other side's layers do.
  @Test func whatAnOlderBlockHoldsIsKnownFromTheOtherSide() throws {
    let folder = try TemporaryFolder()
    let comparison = try Self.compare([1, 2, 1], [1, 1, 1, 1], isKnown: false, folder)
    #expect(comparison.rows.map { $0.key[0] }.contains("\(Self.problems[1]) + \(Self.problems[2])"))
    let text = ComparisonText.table(comparison)
    #expect(text.contains("… +1 fused"))
  }

  /// Networks of one name but other layers are not put side by side by their places.
  @Test func otherLayersAreNotSummed() throws {
    let folder = try TemporaryFolder()
    var rows = Self.rows([1, 1, 1, 1], run: "b", isKnown: true, scale: 1)
    rows[2].problem = "mb1ic9ih4iw4oc4oh4ow4kh1kw1"
    try CSVFile.append(
      Self.rows([1, 2, 1], run: "a", isKnown: true, scale: 1)
        + Self.rows([1, 1, 1, 1], run: "c", isKnown: true, scale: 1), to: folder.file("a.csv"))
    try CSVFile.append(rows, to: folder.file("b.csv"))
    let comparison = try Comparison(
      baseline: ResultFile(folder.file("a.csv"), subject: .layer),
      file: ResultFile(folder.file("b.csv"), subject: .layer),
      rules: ComparisonRules(fields: MatchField.layers))
    #expect(comparison.onlyFile.map { $0[0] } == ["mb1ic9ih4iw4oc4oh4ow4kh1kw1"])
    #expect(comparison.onlyBaseline.contains { $0[0].contains(" + ") })
  }

  @Test func blocksAreCells() {
    let block = BlockLayers([
      .init(problem: "p", epilogue: "bias+relu"), .init(problem: "q", epilogue: "none"),
    ])
    #expect(block.csv == "p bias+relu + q none" && BlockLayers(csv: block.csv) == block)
    #expect(BlockLayers(csv: "") == BlockLayers())
    for bad in ["p", "p bias + q", "p  bias", " + "] { #expect(BlockLayers(csv: bad) == nil) }
  }
}
