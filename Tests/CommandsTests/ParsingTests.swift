import ArgumentParser
import Foundation
import KernelLibrary
import Testing

@testable import Commands

/// Every command as it is typed: its help, and one line about what cannot be.
@Suite struct ParsingTests {
  /// The words that lead to every command; those that only have others below them are among them.
  static let commands: [[String]] = words(to: Convbench.self)

  private static func words(to command: any ParsableCommand.Type) -> [[String]] {
    [[]]
      + command.configuration.subcommands.flatMap { below in
        // Some have the name of their type.
        let name = below.configuration.commandName ?? "\(below)".lowercased()
        return words(to: below).map { [name] + $0 }
      }
  }

  private static let all: [any ParsableCommand.Type] = types(from: Convbench.self)
  private static let types = Array(all.indices)

  private static func types(from command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
    [command] + command.configuration.subcommands.flatMap(types(from:))
  }

  /// What becomes of such arguments; nil for success.
  private static func failure(_ arguments: [String]) -> (any Error)? {
    do {
      var command = try Convbench.parseAsRoot(arguments)
      try command.run()
      return nil
    } catch { return error }
  }

  /// A shell offers strategies by their names, and asks the program for networks.
  @Test func completionKnowsNetworksAndStrategies() throws {
    let script = Convbench.completionScript(for: .bash)
    for name in StrategyTable.names { #expect(script.contains(name)) }
    for command in ["run", "tune", "bench", "verify", "export", "problems"] {
      #expect(script.contains("---completion \(command) -- --net"))
    }
  }

  /// `--wide` is every command's; behind `--` it is a name like others.
  @Test func wideIsTakenBeforeTheCommandsSeeIt() {
    #expect(CommandLineProcess.plain(["nets", "--wide", "vgg16"]) == ["nets", "vgg16"])
    #expect(CommandLineProcess.plain(["--wide", "nets"]) == ["nets"])
    #expect(CommandLineProcess.plain(["count", "--", "--wide"]) == ["count", "--", "--wide"])
  }

  private static func line(_ arguments: [String]) throws -> String {
    CommandLineProcess.line(Convbench.self, for: try #require(failure(arguments)))
  }

  @Test func allCommandsAreKnown() {
    #expect(Self.commands.count > 30)
    #expect(Set(Self.commands).count == Self.commands.count)
  }

  @Test(arguments: commands) func everyCommandHasHelp(_ words: [String]) throws {
    let error = try #require(Self.failure(words + ["--help"]))
    #expect(Convbench.exitCode(for: error) == .success)
    let text = Convbench.fullMessage(for: error)
    #expect(text.contains("OVERVIEW: "))
    #expect(text.contains("USAGE: " + (["convbench"] + words).joined(separator: " ")))
  }

  /// Help is wrapped for the terminal: a line break within a paragraph leaves ragged lines, and an
  /// example that is too long is no longer a line to copy.
  @Test(arguments: types) func discussionsAreParagraphsAndExamplesFitALine(_ index: Int) {
    let command = Self.all[index]
    var previous = ""
    for line in command.configuration.discussion.components(separatedBy: "\n") {
      let isText = { (line: String) in !line.isEmpty && !line.hasPrefix(" ") }
      #expect(!(isText(previous) && isText(line)), "\(command): a break before \"\(line)\"")
      if line.hasPrefix(" ") { #expect(line.count <= 80, "\(command): \(line)") }
      previous = line
    }
  }

  /// What else is missing may be named first.
  @Test(arguments: commands) func anOptionThatIsNoneIsOneLine(_ words: [String]) throws {
    let line = try Self.line(words + ["--nonsense"])
    #expect(line.hasSuffix(" (see convbench --help)") && !line.contains("\n"))
  }

  /// What is typed, and what the line about it says: what is wrong, and what would be right.
  static let wrong: [(String, [String])] = [
    ("nosuch", ["nosuch"]),
    ("plan nosuch", ["nosuch"]),
    ("tune --net lenet5 --budget 0", ["--budget 0.0", "seconds, more than 0"]),
    ("tune --net lenet5 --max-error=-1", ["--max-error -1.0", "1e-3"]),
    ("tune --net lenet5 --max-workspace much", ["--max-workspace much", "64M"]),
    ("tune --net lenet5 --isa mmx", ["--isa mmx", "baseline", "auto"]),
    ("tune --net lenet5 --strategies ,", ["--strategies", "names from"]),
    ("tune --net nosuch", ["nosuch"]),
    ("tune --net lenet5 --threads some", ["some"]),
    ("run", ["--plan FILE or --net NAME"]),
    ("run --net lenet5 --duration 0", ["--duration 0.0", "0.01 to 86400"]),
    ("run --net lenet5 --strict", ["--strict", "need --plan"]),
    ("run --net lenet5 --once", ["--once needs --input"]),
    ("run --net lenet5 --tolerance 1", ["--tolerance needs --check"]),
    ("run --plan p.json --isa avx2", ["--isa", "the plan's"]),
    ("run --plan p.json --batch 2", ["batch", "the plan's"]),
    ("run --plan /nonexistent/p.json", ["/nonexistent/p.json"]),
    ("run --net lenet5 --machine-name a/b", ["--machine-name", "a/b", "letters"]),
    ("run --net lenet5 --batch 0,1", ["--batch", "0,1", "1 to 4096"]),
    ("run --net lenet5 --batch 1,1", ["1 is there twice"]),
    ("run --net lenet5 --isa avx2,mmx", ["--isa", "mmx", "avx512", "commas"]),
    ("run --net lenet5 --threads 1,1", ["--threads 1,1", "twice"]),
    ("run --net lenet5 --threads 1,some", ["some", "auto"]),
    ("run --net lenet5,nosuch --threads 1,2", ["nosuch"]),
    ("run --net zzz*", ["zzz*", "near are"]),
    ("run --net lenet5 --until-ci much", ["--until-ci", "much", "1%"]),
    ("run --net lenet5 --until-ci 1% --duration 3", ["--duration", "--until-ci", "--max-seconds"]),
    ("run --net lenet5 --max-seconds 3", ["--max-seconds", "--until-ci"]),
    ("run --net lenet5 --min-samples 0", ["--min-samples 0", "from 1"]),
    ("run --net lenet5 --warm-up=-1", ["--warm-up -1.0", "0 to 3600"]),
    ("run --net lenet5 --list --dry-run", ["--list or --dry-run"]),
    ("run --net lenet5 --list --json", ["--list", "--json"]),
    ("run --net lenet5 --batch 1,2 --turns", ["--turns", "one setting"]),
    ("bench --net zzz*", ["zzz*"]),
    ("bench mb1ic8ih8oc8oh8kh1 --batch x", ["--batch", "1 to 4096"]),
    ("limits /nonexistent/c.json", ["/nonexistent/c.json"]),
    ("limits /", ["/", "calibration-ID.json", "convbench calibrate"]),
    ("plan make --net lenet5", ["--machine and --threads", "--from-rows"]),
    ("plan make --net lenet5 --from-rows /nonexistent/l.csv", ["/nonexistent/l.csv"]),
    ("plan make --net lenet5 --from-rows l.csv --machine here", ["--from-rows", "--machine"]),
    ("suite /nonexistent/s.json", ["/nonexistent/s.json"]),
    ("compare a.csv", ["two or more files"]),
    ("compare a.csv b.csv --gate=-1", ["--gate -1.0", "from 0 to 1000"]),
    ("compare a.csv b.csv --gate 3 --tolerance 3", ["--gate 3.0", "leave out --tolerance"]),
    ("compare a.csv b.csv --baseline c.csv", ["--baseline c.csv", "none of the files"]),
    ("compare a.csv b.csv --format xml", ["xml", "--format"]),
    ("compare /nonexistent/a.csv /nonexistent/b.csv", ["/nonexistent/"]),
    ("baseline check", ["name"]),
    ("report /nonexistent", ["/nonexistent"]),
    ("plan show /nonexistent/p.json", ["/nonexistent/p.json"]),
    ("plan price", ["plans"]),
    ("plan price p.json --threads 0", ["--threads 0", "from 1"]),
    ("replan --plan p.json --max-error nan", ["--max-error nan", "1e-5"]),
    ("explain /nonexistent/p.json", ["/nonexistent/p.json"]),
    ("store prune", ["--machine", "--older-than", "--stale"]),
    ("store prune --older-than 3x", ["--older-than 3x", "90d"]),
    ("export --net nosuch --output m.onnx", ["nosuch"]),
    ("nets nosuch", ["nosuch"]),
    ("nets --format benchdnn", ["--format benchdnn", "name of a network"]),
    ("nets lenet5 --json --format benchdnn", ["--json or --format"]),
    ("nets --shortcut A", ["--shortcut", "name of a network"]),
    ("nets lenet5 --batch 0", ["batch 0"]),
    ("count nonsense", ["nonsense"]),
    ("verify", ["give descriptors"]),
    ("verify --sample 0 --net lenet5", ["--sample 0", "1 to 1000000"]),
    ("verify --net lenet5 --configuration m=4", ["--configuration", "--strategy"]),
    ("verify mb1ic8ih8oc8oh8kh1 --strategy nosuch", ["nosuch", "known are"]),
    ("verify mb1ic8ih8oc8oh8kh1 --epilogue gelu", ["--epilogue gelu", "relu6"]),
    ("topo --synthetic nonsense", ["nonsense"]),
    ("topo --xml /nonexistent/t.xml", ["/nonexistent/t.xml"]),
    ("pool --bind moon", ["moon", "core"]),
    ("bench", ["descriptors or --batch-file", "--net"]),
    ("bench mb1ic8ih8oc8oh8kh1 --top 0", ["--top 0", "1 to 1000"]),
    ("bench mb1ic8ih8oc8oh8kh1 --seconds 0", ["--seconds 0.0", "0.01 to 3600"]),
    ("bench mb1ic8ih8oc8oh8kh1 --json --csv -", ["--json", "--csv -", "standard output"]),
    ("bench mb1ic8ih8oc8oh8kh1 --repeats 3", ["--repeats", "--strategy"]),
    ("micro --isa mmx", ["mmx", "--isa"]),
    ("targets --only nosuch", ["--only nosuch", "micro", "operations"]),
    ("targets --seconds 0", ["--seconds 0.0", "0.01 to 3600"]),
    ("picks --part 4/3", ["--part 4/3", "1/3"]),
    ("controls --comparisons 0", ["--comparisons 0", "1 to 100000"]),
    ("controls --slow-down 0", ["--slow-down 0.0", "0.1 to 1000"]),
    ("controls --only nosuch", ["--only nosuch", "one of"]),
    ("controls --append -", ["--append -", "file"]),
  ]

  @Test(arguments: wrong)
  func whatIsWrongIsOneLine(_ typed: String, _ parts: [String]) throws {
    let line = try Self.line(typed.split(separator: " ").map(String.init))
    #expect(!line.contains("\n"))
    for part in parts { #expect(line.contains(part), "\(typed): \(line)") }
  }
}
