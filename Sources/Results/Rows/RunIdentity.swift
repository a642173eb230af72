import Base
import Convolution
import Foundation
import Topology

/// What both CSV files say about every row: where, with what and when it was measured.
public struct RunIdentity: Hashable, Sendable, Codable {
  /// Equal in the rows of one run, different between runs.
  public var run = ""
  /// ISO 8601, UTC.
  public var time = ""
  /// `convbench`, or the other engine that ran.
  public var tool = RunIdentity.convbench
  public var toolVersion = ""
  /// `MachineFingerprint.id`.
  public var machineID = ""
  /// `Machine.slug`: a readable name, not unique.
  public var machine = ""
  public var cpu = ""
  /// Physical cores of the machine.
  public var cores = 0
  public var isa = ""
  public var threads = 0
  /// `core`, `none` or `numa:N`; `none` too where the system did not let us bind.
  public var binding = ""
  public var network = ""
  public var batch = 0
  /// Height and width of the input.
  public var resolution = 0
  /// Width of the input where it is not the height.
  public var inputWidth: Int?
  /// `plan`, or the strategy that ran wherever it applies.
  public var choice = ""

  public static let convbench = "convbench"

  public init() {}

  /// - Parameters:
  ///   - team: what the pool became.
  ///   - resolution: height and, unless `width` is another, width of the input.
  public init(
    machine: Machine, team: ThreadTeam, isa: InstructionSet, network: String, batch: Int,
    resolution: Int, width: Int? = nil, choice: String, date: Date = Date()
  ) {
    run = String(format: "%08x", UInt32.random(in: 0...UInt32.max))
    time = date.formatted(.iso8601)
    toolVersion = ToolVersion.current
    machineID = machine.fingerprint.id
    self.machine = machine.slug
    cpu = machine.cpuModel
    cores = machine.cores.count
    self.isa = isa.rawValue
    threads = team.count
    binding = team.binding
    self.network = network
    self.batch = batch
    self.resolution = resolution
    inputWidth = width == resolution ? nil : width
    self.choice = choice
  }

  /// The columns of both files.
  static func columns<Row>(_ path: WritableKeyPath<Row, RunIdentity>) -> [CSVColumn<Row>] {
    [
      CSVColumn("run", path.appending(path: \.run), "equal in all rows of one run"),
      CSVColumn("time", path.appending(path: \.time), "start of the run, ISO 8601, UTC"),
      CSVColumn(
        "tool", path.appending(path: \.tool), since: 2, "`convbench`, or the engine that ran"),
      CSVColumn("tool_version", path.appending(path: \.toolVersion), "the tool's version"),
      CSVColumn(
        "machine_id", path.appending(path: \.machineID),
        "hash of the hardware facts that decide timings"),
      CSVColumn("machine", path.appending(path: \.machine), "readable name; not unique"),
      CSVColumn("cpu", path.appending(path: \.cpu), "model as the CPU reports it"),
      CSVColumn("cores", path.appending(path: \.cores), "physical cores of the machine"),
      CSVColumn(
        "isa", path.appending(path: \.isa), "instruction set of the kernels; empty if unknown"),
      CSVColumn("threads", path.appending(path: \.threads), "workers that ran"),
      CSVColumn("binding", path.appending(path: \.binding), "`core`, `none` or `numa:N`"),
      CSVColumn(
        "network", path.appending(path: \.network),
        "as in `convbench nets`; `-shortcutC`, `-identityN` where asked for"),
      CSVColumn("batch", path.appending(path: \.batch), "images at a time"),
      CSVColumn(
        "resolution", path.appending(path: \.resolution),
        "height of the input and, unless the next column says otherwise, width, pixels"),
      CSVColumn(
        "input_width", path.appending(path: \.inputWidth), since: 2,
        "width of the input where it is not the height"),
      CSVColumn(
        "choice", path.appending(path: \.choice),
        "`plan`, or the strategy that ran wherever it applies; another tool's setting"),
    ]
  }
}
