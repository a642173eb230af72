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
  /// Of the sources that the tool was built from, `+` behind it where they were changed since.
  public var commit = ""
  public var compiler = ""
  /// `MachineFingerprint.id`.
  public var machineID = ""
  /// `MachineFingerprint.name`, or what `--machine-name` says.
  public var machine = ""
  /// The host's name.
  public var node = ""
  public var cpu = ""
  /// Physical cores of the machine.
  public var cores = 0
  public var isa = ""
  public var threads = 0
  /// Whether workers shared a core; nil where it was not recorded.
  public var smt: Bool?
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
  public var choices = RunChoices()
  public var labels = RunLabels()
  public var environment = RunEnvironment()

  public static let convbench = "convbench"

  public init() {}

  /// - Parameters:
  ///   - team: what the pool became.
  ///   - resolution: height and, unless `width` is another, width of the input.
  ///   - name: what the user calls the machine; nil is `MachineFingerprint.name`.
  public init(
    machine: Machine, team: ThreadTeam, isa: InstructionSet, network: String, batch: Int,
    resolution: Int, width: Int? = nil, choice: String, choices: RunChoices = RunChoices(),
    labels: RunLabels = RunLabels(), name: String? = nil, date: Date = Date()
  ) {
    run = String(format: "%08x", UInt32.random(in: 0...UInt32.max))
    time = date.formatted(.iso8601)
    toolVersion = ToolVersion.current
    commit = ToolVersion.commit
    compiler = ToolVersion.compiler
    machineID = machine.fingerprint.id
    self.machine = name ?? machine.name
    node = machine.hostName ?? ""
    cpu = machine.cpuModel
    cores = machine.cores.count
    self.isa = isa.rawValue
    threads = team.count
    smt = team.smt
    binding = team.binding
    self.network = network
    self.batch = batch
    self.resolution = resolution
    inputWidth = width == resolution ? nil : width
    self.choice = choice
    self.choices = choices
    self.labels = labels
    environment = RunEnvironment(machine: machine, cpus: team.cpus)
  }

  /// The columns of all files.
  ///
  /// - Parameter identified: the first version of this schema whose rows say which plan ran, and in
  ///   what surroundings.
  static func columns<Row>(
    _ path: WritableKeyPath<Row, RunIdentity>, identified: Int
  ) -> [CSVColumn<Row>] {
    columns(path) + choiceColumns(path, identified) + environmentColumns(path, identified)
  }

  private static func choiceColumns<Row>(
    _ path: WritableKeyPath<Row, RunIdentity>, _ since: Int
  ) -> [CSVColumn<Row>] {
    [
      CSVColumn(
        "plan", path.appending(path: \.choices.plan), since: since,
        "hash of every layer's choice, the fused blocks and the instruction set; empty if unknown"),
      CSVColumn(
        "fusion", path.appending(path: \.choices.fusion), since: since,
        "blocks of fused layers: `first-last:band`, spaces between, or `none`; empty if unknown"),
      CSVColumn(
        "strategies", path.appending(path: \.choices.strategies), since: since,
        "layers that each strategy computes, such as `direct:3 winograd:12`; empty if unknown"),
      CSVColumn(
        "kernels", path.appending(path: \.choices.kernels), since: since,
        "revisions of the kernels that ran; empty if unknown"),
      CSVColumn(
        "commit", path.appending(path: \.commit), since: since,
        "of the tool's sources, `+` behind it where they were changed since; empty if unknown"),
      CSVColumn(
        "compiler", path.appending(path: \.compiler), since: since,
        "that built the tool; empty if unknown"),
      CSVColumn(
        "smt", path.appending(path: \.smt), since: since,
        "whether workers shared a core: `yes` or `no`; empty if unknown"),
      CSVColumn(
        "label", path.appending(path: \.labels), since: since,
        "what the user said of the run: `key=value`, semicolons between"),
    ]
  }

  private static func environmentColumns<Row>(
    _ path: WritableKeyPath<Row, RunIdentity>, _ since: Int
  ) -> [CSVColumn<Row>] {
    [
      CSVColumn("node", path.appending(path: \.node), since: since, "the host's name"),
      CSVColumn(
        "os_kernel", path.appending(path: \.environment.kernel), since: since,
        "operating system and its release"),
      CSVColumn(
        "governor", path.appending(path: \.environment.governor), since: since,
        "of the clocks of the CPUs that ran, such as `performance`; empty if unknown"),
      CSVColumn(
        "boost", path.appending(path: \.environment.boost), since: since,
        "whether clocks may exceed the nominal one: `on` or `off`; empty if unknown"),
      CSVColumn(
        "microcode", path.appending(path: \.environment.microcode), since: since,
        "the CPU's revision; empty if unknown"),
      CSVColumn(
        "hypervisor", path.appending(path: \.environment.hypervisor), since: since,
        "what the machine is a guest of, or `none`; empty if unknown"),
      CSVColumn(
        "load", path.appending(path: \.environment.load), since: since,
        "processes that ran or waited over the minute before the run; empty if unknown"),
    ]
  }

  private static func columns<Row>(
    _ path: WritableKeyPath<Row, RunIdentity>
  ) -> [CSVColumn<Row>] {
    [
      CSVColumn("run", path.appending(path: \.run), "equal in all rows of one run"),
      CSVColumn("time", path.appending(path: \.time), "start of the run, ISO 8601, UTC"),
      CSVColumn(
        "tool", path.appending(path: \.tool), since: 2, "`convbench`, or the engine that ran"),
      CSVColumn("tool_version", path.appending(path: \.toolVersion), "the tool's version"),
      CSVColumn(
        "machine_id", path.appending(path: \.machineID),
        "hash of the hardware facts that decide timings"),
      CSVColumn(
        "machine", path.appending(path: \.machine),
        "core design, cores and the beginning of its id, or what `--machine-name` said"),
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
