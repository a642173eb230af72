import Measurement

/// A row of what `convbench compare --format csv` prints.
public struct ComparisonRow: Hashable, Sendable, CSVRow, Encodable {
  public var baseline = ""
  public var file = ""
  public var key = ""
  public var verdict = ""
  public var speed: Double?
  public var speedLow: Double?
  public var speedHigh: Double?
  public var pValue: Double?
  public var correctedP: Double?
  public var noiseFloorPercent: Double?
  public var thresholdPercent: Double?
  public var tolerancePercent: Double?
  public var remedy = ""
  public var baselineSide = Side()
  public var fileSide = Side()

  /// What is said of either side.
  public struct Side: Hashable, Sendable, Encodable {
    public var ms: Double?
    public var percentOfPeak: Double?
    public var runs: Int?
    public var samples: Int?
    public var tool = ""
    public var toolVersion = ""
    public var machineID = ""
    public var machine = ""
    public var isa = ""
    public var threads: Int?
    public var choice = ""
    public var plan = ""
    public var label = ""
    public var leftOut = ""
    public var validity = ""

    init() {}

    init(_ side: ComparedSide) {
      ms = side.ms
      percentOfPeak = side.percentOfPeak
      runs = side.runs
      samples = side.sampleCount
      tool = side.identity.tool
      toolVersion = side.identity.toolVersion
      machineID = side.identity.machineID
      machine = side.identity.machine
      isa = side.identity.isa
      threads = side.identity.threads
      choice = side.identity.choice
      plan = side.identity.choices.plan
      label = side.identity.labels.csv
      leftOut = side.leftOut.text
      validity = side.validity.description
    }
  }

  public init() {}

  init(_ row: ComparedRow, of comparison: Comparison) {
    self.init(row.key, row.verdict, of: comparison)
    speed = row.speed.ratio
    speedLow = row.speed.interval?.low
    speedHigh = row.speed.interval?.high
    pValue = row.pValue
    correctedP = row.correctedP
    noiseFloorPercent = 100 * row.noiseFloor
    thresholdPercent = 100 * row.threshold
    tolerancePercent = 100 * comparison.rules.tolerance
    remedy = row.remedy?.text ?? ""
    baselineSide = Side(row.baseline)
    fileSide = Side(row.file)
  }

  init(_ key: [String], _ verdict: Verdict, of comparison: Comparison) {
    baseline = comparison.baselineName
    file = comparison.fileName
    self.key = zip(comparison.rules.fields, key).map { "\($0.rawValue)=\($1)" }
      .joined(separator: " ")
    self.verdict = verdict.rawValue
  }

  /// Everything that a comparison has found: what matches, then what one side lacks.
  public static func all(_ comparison: Comparison) -> [ComparisonRow] {
    comparison.rows.map { ComparisonRow($0, of: comparison) }
      + comparison.onlyBaseline.map { ComparisonRow($0, .onlyBaseline, of: comparison) }
      + comparison.onlyFile.map { ComparisonRow($0, .onlyFile, of: comparison) }
  }

  public static var schemaName: String { "comparison" }
  public static var schemaVersion: Int { 3 }
  public static var columns: [CSVColumn<ComparisonRow>] {
    [
      CSVColumn("baseline", \.baseline, "the file that others are compared with"),
      CSVColumn("file", \.file, "the other file"),
      CSVColumn("key", \.key, "what the rows were matched by: `field=value field=value`"),
      CSVColumn(
        "verdict", \.verdict,
        "of the file: `faster`, `slower`, `equal`, `undecided`, `only baseline`, `only file`"),
      CSVColumn("speed", \.speed, "baseline's median / file's; above 1 the file is faster"),
      CSVColumn("speed_low", \.speedLow, "lower end of its 95 % interval"),
      CSVColumn("speed_high", \.speedHigh, "upper end"),
      CSVColumn("p", \.pValue, "Mann–Whitney, two-sided; empty for too few samples"),
      CSVColumn("p_holm", \.correctedP, "the same, corrected for the number of rows"),
      CSVColumn("noise_floor_percent", \.noiseFloorPercent, "A/A difference known of both sides"),
      CSVColumn("threshold_percent", \.thresholdPercent, "the least change that counts"),
      CSVColumn(
        "tolerance_percent", \.tolerancePercent, since: 2, "what `equal` may differ by at most"),
      CSVColumn(
        "remedy", \.remedy, since: 2,
        "what would decide an `undecided` row: `3.1× samples`, `noise < 1.2 %`, `4 samples`"),
    ] + side("baseline", \.baselineSide) + side("file", \.fileSide)
  }

  private static func side(
    _ name: String, _ path: WritableKeyPath<ComparisonRow, Side>
  ) -> [CSVColumn<ComparisonRow>] {
    [
      CSVColumn("\(name)_ms", path.appending(path: \.ms), "median, milliseconds"),
      CSVColumn(
        "\(name)_percent_of_peak", path.appending(path: \.percentOfPeak),
        "of the peak measured beside it; empty if it was not"),
      CSVColumn("\(name)_runs", path.appending(path: \.runs), "runs that were pooled"),
      CSVColumn("\(name)_samples", path.appending(path: \.samples), "samples of these runs"),
      CSVColumn("\(name)_tool", path.appending(path: \.tool), "as in networks.csv"),
      CSVColumn("\(name)_tool_version", path.appending(path: \.toolVersion), "as in networks.csv"),
      CSVColumn("\(name)_machine_id", path.appending(path: \.machineID), "as in networks.csv"),
      CSVColumn("\(name)_machine", path.appending(path: \.machine), "as in networks.csv"),
      CSVColumn("\(name)_isa", path.appending(path: \.isa), "as in networks.csv"),
      CSVColumn("\(name)_threads", path.appending(path: \.threads), "as in networks.csv"),
      CSVColumn("\(name)_choice", path.appending(path: \.choice), "as in networks.csv"),
      CSVColumn("\(name)_plan", path.appending(path: \.plan), since: 3, "as in networks.csv"),
      CSVColumn("\(name)_label", path.appending(path: \.label), since: 3, "as in networks.csv"),
      CSVColumn(
        "\(name)_left_out", path.appending(path: \.leftOut), since: 3,
        "rows that were not pooled, and the fields in which they differ: `2: plan commit`"),
      CSVColumn("\(name)_validity", path.appending(path: \.validity), "the worst of the runs"),
    ]
  }
}
