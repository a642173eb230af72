import Foundation
import KernelLibrary
import Measurement
import TestSupport
import Testing

@testable import Base
@testable import Results

@Suite struct ComparisonTests {
  typealias Options = ComparisonFixture.Options

  private static func compare(
    _ baseline: [Options], _ file: [Options], _ rules: ComparisonRules = ComparisonFixture.rules
  ) throws -> Comparison {
    try Comparison(
      baseline: ComparisonFixture.file("a.csv", baseline),
      file: ComparisonFixture.file("b.csv", file), rules: rules)
  }

  @Test(arguments: [
    (1.0, Verdict.equal, ComparisonOutcome.equal), (1.1, .slower, .slower), (0.9, .faster, .faster),
    (1.015, .equal, .equal),
  ])
  func tellsChanges(_ factor: Double, _ verdict: Verdict, _ outcome: ComparisonOutcome) throws {
    let comparison = try Self.compare(
      [Options()], [Options(ms: 10 * factor, noise: 0.001, seed: 2)])
    #expect(comparison.rows.map(\.verdict) == [verdict])
    #expect(abs(comparison.rows[0].speed.ratio * factor - 1) < 0.005)
    #expect([comparison].outcome() == outcome)
  }

  @Test func formatsSayTheSame() throws {
    let comparison = try Self.compare(
      [Options(), Options(network: "vgg16")],
      [Options(ms: 12, seed: 2), Options(network: "a|b", seed: 3)])
    let plain = ComparisonText.table(comparison)
    let coloured = ComparisonText.table(comparison, isColoured: true)
    #expect(coloured.contains("\u{1B}[31mresnet50") && !plain.contains("\u{1B}"))
    #expect(coloured.replacing(/\u{1B}\[\d+m/, with: "") == plain)
    #expect(ComparisonText.markdown(comparison).contains("| resnet50 | "))
    #expect(ComparisonText.markdown(comparison).contains("| slower |"))
    let csv = try CSVFile<ComparisonRow>.parse(
      Data(ComparisonText.csv([comparison]).utf8), path: "c.csv")
    #expect(csv.map(\.verdict) == ["slower", "only baseline", "only file"])
    #expect(csv[0].speed == comparison.rows[0].speed.ratio && csv[1].speed == nil)
    #expect(csv[0].key == "network=resnet50 batch=1 resolution=224² threads=2")
    struct Document: Decodable { let counts: [String: Int] }
    let json = try JSONDecoder().decode(
      [Document].self, from: Data(ComparisonText.json([comparison]).utf8))
    #expect(json.map(\.counts) == [["slower": 1, "only baseline": 1, "only file": 1]])
  }

  @Test func regressionWinsOverImprovement() throws {
    let comparison = try Self.compare(
      [Options(), Options(network: "vgg16")],
      [Options(ms: 5, seed: 2), Options(network: "vgg16", ms: 20, seed: 3)])
    #expect(comparison.rows.map(\.verdict) == [.faster, .slower])
    #expect([comparison].outcome() == .slower)
    let mean = try #require(comparison.geometricMean)
    #expect(abs(mean.ratio - 1) < 0.01)
    #expect(try #require(mean.interval).high < 1.02)
  }

  @Test func gateRaisesWhatCounts() throws {
    let (before, after) = ([Options()], [Options(ms: 10.8, seed: 2)])
    var rules = ComparisonFixture.rules
    for (gate, verdict) in [(0.0, Verdict.slower), (0.05, .slower), (0.1, .equal)] {
      rules.gate = gate
      #expect(try Self.compare(before, after, rules).rows.map(\.verdict) == [verdict])
    }
  }

  /// A/A: the same distribution on both sides, drifting within each run as machines do.
  @Test func doesNotCallNoiseADifference() throws {
    var called = 0
    for seed in 0..<200 as Range<UInt64> {
      let noise = [0.002, 0.01, 0.05][Int(seed % 3)]
      let comparison = try Self.compare(
        [Options(noise: noise, seed: 2 * seed)], [Options(noise: noise, seed: 2 * seed + 1)])
      let verdict = comparison.rows[0].verdict
      called += verdict == .equal || verdict == .undecided ? 0 : 1
    }
    #expect(called <= 4)
  }

  @Test func noiseFloorOfEitherSideCounts() throws {
    var slow = ComparisonFixture.network(Options(ms: 10.6, seed: 2))
    slow.noiseFloorPercent = 4
    let baseline = ComparisonFixture.file("a", [Options()])
    let comparison = try Comparison(
      baseline: baseline, file: ResultFile(name: "b", rows: [MeasuredRow(slow)]),
      rules: ComparisonFixture.rules)
    #expect(comparison.rows[0].threshold == 0.08)
    #expect(comparison.rows[0].verdict == .undecided)
    #expect(try #require(comparison.rows[0].correctedP) < 1e-6)
  }

  /// One machine that ran at another speed: the difference of its peaks is noise.
  @Test func machineSpeedIsNoise() throws {
    let before = [Options(peak: 400)]
    let slowed = Options(ms: 11, seed: 2, peak: 360)
    #expect(try Self.compare(before, [slowed]).rows[0].verdict == .undecided)
    var other = slowed
    other.change = { $0.machineID = "m2" }
    #expect(try Self.compare(before, [other]).rows[0].verdict == .slower)
  }

  @Test func normalisingComparesShares() throws {
    var rules = ComparisonFixture.rules
    rules.per = try Normalisation(.peak)
    let before = [Options(peak: 400)]
    // Twice the time at half the peak.
    let equal = Options(ms: 20, seed: 2, peak: 200) { $0.machineID = "m2" }
    #expect(try Self.compare(before, [equal], rules).rows[0].verdict == .equal)
    let worse = Options(ms: 20, seed: 2, peak: 400) { $0.machineID = "m2" }
    #expect(try Self.compare(before, [worse], rules).rows[0].verdict == .slower)
    let unknown = Options(network: "vgg16", peak: nil)
    let comparison = try Self.compare(before + [unknown], [equal, unknown], rules)
    #expect(comparison.withoutCapacity.map(\.first) == ["vgg16"])
    #expect(throws: ComparisonError.self) { try Self.compare([unknown], [unknown], rules) }
  }

  @Test func listsWhatOneSideLacks() throws {
    let comparison = try Self.compare(
      [Options(), Options(network: "vgg16")], [Options(network: "alexnet"), Options(seed: 2)])
    #expect(comparison.rows.map { $0.key[0] } == ["resnet50"])
    #expect(comparison.onlyBaseline.map { $0[0] } == ["vgg16"])
    #expect(comparison.onlyFile.map { $0[0] } == ["alexnet"])
    let text = ComparisonText.table(comparison)
    #expect(
      text.contains("Only in A: vgg16 batch 1 input 224² threads 2")
        && text.contains("Only in B: alexnet"))
  }

  @Test func tableFitsATerminal() throws {
    func pair(_ ms: Double, _ floor: Double, _ seed: UInt64) -> MeasuredRow {
      var row = ComparisonFixture.network(
        Options(network: "inceptionresnetv2-identity12", ms: ms, noise: 1e-6, seed: seed))
      row.noiseFloorPercent = floor
      row.validity = Validity(.invalid, reasons: ["steal 3 %"])
      return MeasuredRow(row)
    }
    let comparison = try Comparison(
      baseline: ResultFile(name: "a.csv", rows: [pair(1111.1, 1, 1)]),
      file: ResultFile(name: "b.csv", rows: [pair(1222.2, 20, 2)]), rules: ComparisonFixture.rules)
    let lines = ComparisonText.table(comparison).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 100 }, "\(lines)")
    let row = try #require(lines.first { $0.hasPrefix("inception") })
    #expect(row.contains("1111!") && row.hasSuffix("undecided: noise < 5.0 %"), "\(row)")
  }

  @Test func nothingInCommonIsAnError() throws {
    let error = try #require(throws: ComparisonError.self) {
      try Self.compare([Options()], [Options(network: "vgg16")])
    }
    #expect(error.description.contains("no row of b.csv matches one of a.csv by network, batch"))
    #expect(error.description.contains("vgg16") && error.description.contains("resnet50"))
  }

  @Test func threadsBatchAndInputKeepRowsApartUnlessIgnored() throws {
    let before = [Options()]
    for change: (inout RunIdentity) -> Void in [
      { $0.threads = 1 }, { $0.batch = 4 }, { $0.resolution = 160 }, { $0.inputWidth = 320 },
    ] {
      #expect(throws: ComparisonError.self) {
        try Self.compare(before, [Options(change: change)])
      }
    }
    var rules = ComparisonFixture.rules
    rules.fields = try MatchField.list("network,batch")
    let one = Options(ms: 19, seed: 2) { $0.threads = 1 }
    #expect(try Self.compare(before, [one], rules).rows.map(\.verdict) == [.slower])
    #expect(throws: ComparisonError.self) { try MatchField.list("network,colour") }
  }

  @Test func poolsEqualRunsAndLeavesOutOthers() throws {
    let runs = [
      Options(ms: 9, seed: 1, time: "2026-01-03T00:00:00Z") { $0.choice = "direct" },
      Options(ms: 10, seed: 2, time: "2026-01-04T00:00:00Z"),
      Options(ms: 10.4, seed: 3, time: "2026-01-05T00:00:00Z"),
    ]
    let pooled = try Self.compare(runs, [Options(seed: 4)]).rows[0]
    #expect(pooled.baseline.runs == 2 && pooled.baseline.leftOut.text == "1: choice")
    #expect(pooled.baseline.samples.count == 200 && pooled.baseline.identity.choice == "plan")
    // The runs differ by 4 %: that is noise too.
    #expect(pooled.noiseFloor > 0.035 && pooled.threshold == 2 * pooled.noiseFloor)
    var rules = ComparisonFixture.rules
    rules.isNewestOnly = true
    let newest = try Self.compare(runs, [Options(seed: 4)], rules).rows[0]
    #expect(newest.baseline.runs == 1 && newest.baseline.leftOut.text == "2")
    #expect(abs(newest.baseline.ms - 10.4) < 0.05)
  }

  @Test func tooFewSamplesAreNotTested() throws {
    for (count, verdict) in [
      (0, Verdict.undecided), (1, .undecided), (3, .undecided), (4, .slower),
    ] {
      let row = try Self.compare([Options()], [Options(ms: 20, count: count)]).rows[0]
      #expect(row.verdict == verdict, "\(count)")
      #expect(row.remedy == (verdict == .undecided ? .anySamples : nil))
      #expect(abs(row.speed.ratio - 0.5) < 0.01)
    }
  }

  @Test func manyRowsNeedStrongerEvidence() throws {
    // One pair in forty differs, by five samples a side: p is 0.008, times forty no evidence.
    let before = (0..<40).map { Options(network: "n\($0)", noise: 0.001, count: 5, seed: 1) }
    var after = before
    after[7].ms = 11
    let row = try Self.compare(before, after).rows[7]
    #expect(try #require(row.pValue) < 0.05 && row.change > row.threshold)
    #expect(row.verdict == .undecided)
    #expect(try Self.compare([before[7]], [after[7]]).rows[0].verdict == .slower)
  }

  /// A problem that occurs twice in a network is one row: the mean occurrence.
  @Test func layersAreMatchedByProblem() throws {
    let folder = try TemporaryFolder()
    func layer(_ run: String, _ problem: String, _ ms: Double, _ network: String) -> LayerRow {
      var row = LayerRow()
      row.identity = ComparisonFixture.network(Options(network: network)).identity
      row.identity.run = run
      row.problem = problem
      row.ms = ms
      row.gflops = 6 / ms
      row.peakGflops = 10
      row.samplesMs = SampleList(ComparisonFixture.samples(ms, 0.001, 30, seed: 3))
      return row
    }
    try CSVFile.append(
      [
        layer("1", "p", 1, "x"), layer("1", "", 9, "x"), layer("1", "p", 3, "x"),
        layer("2", "p", 50, "other"),
      ], to: folder.file("layers.csv"))
    try CSVFile.append([layer("3", "p", 2.5, "x")], to: folder.file("b.csv"))
    #expect(ResultFile.subject(of: folder.file("layers.csv")) == .layer)
    #expect(ResultFile.subject(of: folder.path) == .network)
    let rules = ComparisonRules(fields: MatchField.layers)
    let baseline = try ResultFile(folder.path, subject: .layer)
    #expect(baseline.skipped == 1)
    let comparison = try Comparison(
      baseline: baseline, file: ResultFile(folder.file("b.csv"), subject: .layer), rules: rules)
    #expect(comparison.rows.map(\.verdict) == [.slower])
    #expect(abs(comparison.rows[0].baseline.ms - 2) < 0.01)
    #expect(abs(try #require(comparison.rows[0].baseline.percentOfPeak) - 30) < 1e-9)
  }

  @Test func selectsRowsOfAFile() throws {
    let folder = try TemporaryFolder()
    let rows = [1, 2].map { threads in
      ComparisonFixture.network(Options(ms: 20 / Double(threads)) { $0.threads = threads })
    }
    try CSVFile.append(rows, to: folder.file("networks.csv"))
    let one = try ResultFile(folder.path + "@threads=1,isa=avx512", subject: .network)
    #expect(one.rows.map(\.identity.threads) == [1])
    for (selection, problem) in [
      ("@threads=3", "no row of this selection; threads is 1, 2"),
      ("@colour=1", "no field \"colour\""),
      ("@threads", "\"threads\" is no selection such as threads=1"),
    ] {
      let error = try #require(throws: ComparisonError.self) {
        try ResultFile(folder.path + selection, subject: .network)
      }
      #expect(error.description.contains(problem), "\(error)")
    }
  }

  @Test func refusesTimesThatAreNone() throws {
    let folder = try TemporaryFolder()
    for (ms, samples, problem) in [
      (0.0, [1.0], "networks.csv:2: median_ms is 0.0, must be above 0"),
      (-1, [1], "median_ms is -1.0"), (1, [1, 0], "networks.csv:2: samples_ms has a 0"),
    ] {
      var row = ComparisonFixture.network(Options())
      row.medianMs = ms
      row.samplesMs = SampleList(samples)
      let path = folder.file("networks.csv")
      try? FileManager.default.removeItem(atPath: path)
      try CSVFile.append([row], to: path)
      let error = try #require(throws: CSVError.self) {
        try ResultFile(path, subject: .network)
      }
      #expect(error.description.contains(problem), "\(error)")
    }
  }

  /// Whatever happens to a result file, comparing gives a comparison or one line.
  @Test func survivesDamage() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.csv")
    try CSVFile.append(
      (0..<3).map { ComparisonFixture.network(Options(network: "n\($0)", count: 9)) }, to: path)
    let whole = try ResultFile(path, subject: .network)
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let spice = Array("\",;\n\r0e-.9/ÿ\0".utf8)
    var random = SeededGenerator(seed: 11)
    var (compared, refused) = (0, 0)
    for _ in 0..<600 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        // Mostly in the rows, of which the samples take the most.
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(spice.randomElement(using: &random) ?? 0, at: place)
        case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
        default: bytes.removeLast(Int.random(in: 0..<min(200, bytes.count - 1), using: &random))
        }
      }
      try Data(bytes).write(to: URL(fileURLWithPath: folder.file("b.csv")))
      do {
        let damaged = try ResultFile(folder.file("b.csv"), subject: .network)
        let comparison = try Comparison(
          baseline: whole, file: damaged, rules: ComparisonFixture.rules)
        #expect(!ComparisonText.table(comparison).isEmpty)
        compared += 1
      } catch {
        #expect(error is CSVError || error is ComparisonError, "\(error)")
        let line = "\(error)"
        #expect(line.utf8.count < 600 && !line.contains { $0.isNewline }, "\(line)")
        refused += 1
      }
    }
    #expect(compared > 30 && refused > 30, "\(compared) \(refused)")
  }
}
