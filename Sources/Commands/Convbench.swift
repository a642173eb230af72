import ArgumentParser
import Base
import Convolution

/// The root command. A new command is one file and one line here.
struct Convbench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convbench",
    abstract: "Finds, measures and compares the fastest convolutions of this machine.",
    discussion: """
      Typical use:
        convbench tune --net mobilenetv2   writes plan.json, the fastest strategies
        convbench run --plan plan.json     runs it and appends to Results/

      Tables fit the terminal: texts are cut and columns left out. --wide shows everything, with \
      every command; what goes into a file or a pipe is always whole.
      """,
    version: ToolVersion.described,
    subcommands: [
      TuneCommand.self,
      ProblemsCommand.self,
      RunCommand.self,
      SuiteCommand.self,
      CompareCommand.self,
      BaselineCommand.self,
      ReportCommand.self,
      PlanCommand.self,
      ReplanCommand.self,
      ExplainCommand.self,
      StoreCommand.self,
      ExportCommand.self,
      NetsCommand.self,
      KernelsCommand.self,
      CountCommand.self,
      VerifyCommand.self,
      TopoCommand.self,
      PoolCommand.self,
      CalibrateCommand.self,
      LimitsCommand.self,
      BenchCommand.self,
      MicroCommand.self,
      TargetsCommand.self,
      PicksCommand.self,
      ControlsCommand.self,
    ])
}

/// What the executable runs.
public enum Program {
  /// Exit codes: 0 done, 2 an error (one line on standard error), 130 interrupted; a command may
  /// give others a meaning by throwing `ExitCode`.
  public static func main() {
    CommandLineProcess.run(Convbench.self)
  }
}
