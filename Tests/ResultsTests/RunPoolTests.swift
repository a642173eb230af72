import Foundation
import Measurement
import TestSupport
import Testing

@testable import Results

/// Times of runs that are not the same thing are never one number.
@Suite struct RunPoolTests {
  typealias Options = ComparisonFixture.Options

  /// Columns that differ between any two runs, and those that say what is compared.
  static let others: Set<String> = ["run", "time", "load", "network", "resolution", "input_width"]
  static let identifying = RunIdentity.columns(\RunIdentity.self, identified: 1).map(\.name)
    .filter { !others.contains($0) }

  /// An identity with something else in a column.
  private static func changed(_ identity: inout RunIdentity, _ name: String) throws {
    let column = try #require(
      RunIdentity.columns(\RunIdentity.self, identified: 1).first { $0.name == name })
    let old = column.text(identity)
    let isRead = ["other", "7", "yes", "key=other"].contains { text in
      var copy = identity
      guard column.read(&copy, text), column.text(copy) != old else { return false }
      identity = copy
      return true
    }
    #expect(isRead, "\(name)")
  }

  @Test func everyColumnIsAFieldOrNoneOfARun() {
    #expect(Set(MatchField.identity.map(\.rawValue)) == Set(Self.identifying + ["resolution"]))
    #expect(Set(["plan", "commit", "node", "governor"]).isSubset(of: Self.identifying))
  }

  /// Two runs of one file that differ in one thing, the newer last.
  @Test(arguments: identifying) func aDifferenceIsNotPooled(_ name: String) throws {
    var problem: (any Error)?
    let change: (inout RunIdentity) -> Void = {
      do { try Self.changed(&$0, name) } catch { problem = error }
    }
    let runs = [
      Options(ms: 20, seed: 1, change: change),
      Options(ms: 10, seed: 2, time: "2026-01-02T00:00:00Z"),
    ]
    var rules = ComparisonFixture.rules
    rules.fields = [.network]
    func compare() throws -> Comparison {
      try Comparison(
        baseline: ComparisonFixture.file("a.csv", runs),
        file: ComparisonFixture.file("b.csv", [Options(seed: 3)]), rules: rules)
    }
    let comparison = try compare()
    let side = comparison.rows[0].baseline
    #expect(side.runs == 1 && abs(side.ms - 10) < 0.1)
    #expect(side.leftOut.text == "1: \(name)")
    #expect(
      ComparisonText.table(comparison).contains("1 row not pooled with the newest: other \(name)."))
    #expect(ComparisonRow.all(comparison)[0].baselineSide.leftOut == "1: \(name)")
    rules.pooled = [try MatchField.one(name)]
    #expect(try compare().rows[0].baseline.runs == 2)
    #expect(problem == nil)
  }

  /// Rows of before plans had a hash say only that some plan ran; a strategy's name says what did.
  @Test(arguments: [("plan", 1, "1: plan"), ("direct", 2, "")])
  func unknownPlansAreNotTakenForOne(_ choice: String, _ pooled: Int, _ leftOut: String) throws {
    let change: (inout RunIdentity) -> Void = {
      $0.choices.plan = ""
      $0.choice = choice
    }
    let rows = [1, 2].map {
      ComparisonFixture.row(Options(ms: 10 * Double($0), seed: UInt64($0), change: change))
    }
    let side = try #require(ComparedSide(rows, ComparisonFixture.rules))
    #expect(side.runs == pooled && side.leftOut.text == leftOut)
    var rules = ComparisonFixture.rules
    rules.pooled = [.plan]
    #expect(ComparedSide(rows, rules)?.runs == 2)
  }

  /// A problem is pooled over the networks that have it, but never over two plans of one of them.
  @Test func aProblemIsPooledOverNetworksButNotOverPlans() throws {
    func row(_ network: String, _ plan: String, _ ms: Double) -> MeasuredRow {
      var row = LayerRow()
      row.identity =
        ComparisonFixture.network(
          Options(network: network) {
            $0.choices.plan = plan
          }
        ).identity
      row.problem = "p"
      row.ms = ms
      row.samplesMs = SampleList(ComparisonFixture.samples(ms, 0.001, 30, seed: 3))
      return MeasuredRow(row)
    }
    let pool = RunPool([row("x", "1", 9), row("x", "2", 1), row("y", "3", 2)], poolable: [])
    #expect(pool.rows.map(\.ms) == [1, 2])
    #expect(pool.leftOut.text == "1: plan")
  }

  @Test(arguments: [
    ("network=resnet*", ["resnet20", "resnet50"]),
    ("network=vgg16,resnet20", ["resnet20", "vgg16"]),
    ("network=*,threads=2", ["resnet20", "resnet50", "vgg16"]), ("label=site=a", ["resnet20"]),
    ("label=site=*", ["resnet20", "resnet50"]), ("label=*=b,fan=on", ["resnet50", "vgg16"]),
    ("cpu=CPU @ 2.5GHz", ["vgg16"]), ("machine_id=m[12],plan=p?", ["resnet20"]),
  ]) func selectors(_ selection: String, _ networks: [String]) throws {
    let folder = try TemporaryFolder()
    let rows = [
      Options(network: "resnet20") {
        $0.labels = RunLabels(csv: "site=a") ?? RunLabels()
        $0.choices.plan = "p1"
      },
      Options(network: "resnet50") { $0.labels = RunLabels(csv: "site=b") ?? RunLabels() },
      Options(network: "vgg16") {
        $0.labels = RunLabels(csv: "fan=on") ?? RunLabels()
        $0.cpu = "CPU @ 2.5GHz"
      },
    ].map { ComparisonFixture.network($0) }
    try CSVFile.append(rows, to: folder.file("networks.csv"))
    let file = try ResultFile("\(folder.path)@\(selection)", subject: .network)
    #expect(file.rows.map(\.identity.network) == networks)
  }

  @Test func aSelectionOfNothingSaysWhatThereIs() throws {
    let folder = try TemporaryFolder()
    let unknown = Options { $0.choices.plan = "" }
    try CSVFile.append([ComparisonFixture.network(unknown)], to: folder.file("networks.csv"))
    for (selection, text) in [
      ("network=resnet50,machine_id=x", "machine_id is m1"), ("plan=x", "plan is not recorded"),
    ] {
      let error = try #require(throws: ComparisonError.self) {
        try ResultFile("\(folder.path)@\(selection)", subject: .network)
      }
      #expect(error.description.contains(text))
    }
  }

  @Test func labels() throws {
    #expect(try RunLabels(arguments: ["b=2", "a=x=y"]).csv == "a=x=y;b=2")
    #expect(RunLabels(csv: "a=x=y;b=2")?.pairs == ["a=x=y", "b=2"])
    #expect(RunLabels(csv: "")?.values.isEmpty == true)
    for bad in [["a"], ["=1"], ["a b=1"], ["a=1;2"], ["a=1\n"], ["a=1", "a=2"], ["ä=1"]] {
      #expect(throws: LabelError.self) { try RunLabels(arguments: bad) }
    }
    for bad in ["a", "a=1;", "a=1;a=2"] { #expect(RunLabels(csv: bad) == nil) }
  }

  /// Files of before these columns, as their versions wrote them.
  @Test func oldRowsAreReadAndAppendedTo() throws {
    let head =
      "schema,run,time,tool,tool_version,machine_id,machine,cpu,cores,isa,threads,binding,network,"
      + "batch,resolution,input_width,choice,"
    let who =
      "r1,2026-11-21T18:12:51Z,convbench,0.1.0,ff3021c41573,amd-epyc-2c,AMD EPYC,2,avx512,2,core,"
      + "lenet5,1,32,,plan,"
    let folder = try TemporaryFolder()
    let networks = try folder.write(
      head
        + "samples,discarded,median_ms,ci_low_ms,ci_high_ms,min_ms,p90_ms,p99_ms,images_per_s,gflops,"
        + "peak_gflops,percent_of_peak,weights_bytes,arena_bytes,workspace_bytes,max_rss_bytes,"
        + "start_up_ms,noise_floor_percent,samples_ms,validity\n" + "network/2," + who
        + "112,3,0.5,0.4,0.6,0.3,,,2000,102,489,20.9,287296,66816,0,47968256,0.9,1.6,0.5;0.5,valid\n",
      "networks.csv")
    let layers = try folder.write(
      head
        + "layer,name,kind,problem,epilogue,strategy,configuration,samples,ms,share,gflops,peak_gflops,"
        + "percent_of_peak,noise_floor_percent,samples_ms,validity\n" + "layer/3," + who
        + "0,conv1,convolution,mb1ic1ih32iw32oc6oh28ow28kh5kw5,bias+tanh,direct,pixels=14,9,0.1,0.3,"
        + "74,489,15,1.6,0.1;0.1,valid\n", "layers.csv")
    let benches = try folder.write(
      head
        + "problem,epilogue,multiplicity,cache,strategy,configuration,rank,samples,ms,ms_low,ms_high,"
        + "gflops,executed_gflops,peak_gflops,percent_of_peak,percent_of_roofline,roof,"
        + "workspace_bytes,preparation_ms,error,validity\n" + "bench/3," + who
        + "mb1ic1ih32iw32oc6oh28ow28kh5kw5,none,1,hot,direct,pixels=14,1,9,0.1,0.1,0.1,74,74,489,15,"
        + "15,FMA,0,0.1,0,valid\n", "bench.csv")
    let old = try #require(try CSVFile<NetworkRow>.read(networks).first).identity
    #expect(try CSVFile<LayerRow>.read(layers).map(\.identity) == [old])
    #expect(try CSVFile<BenchRow>.read(benches).map(\.identity) == [old])
    #expect(old.machine == "amd-epyc-2c" && old.machineID == "ff3021c41573")
    #expect(old.choices == RunChoices() && old.smt == nil && old.environment.load == nil)
    let new = ComparisonFixture.network(Options { $0.choices.plan = "p1" })
    try CSVFile.append([new], to: networks)
    #expect(try CSVFile<NetworkRow>.read(networks).map(\.identity.choices.plan) == ["", "p1"])
  }
}
