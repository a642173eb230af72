import ArgumentParser
import Base
import Foundation
import Testing
import Topology

@testable import Commands

@Suite struct SweepArgumentsTests {
  private func sweep(_ arguments: String) throws -> RunCommand {
    try RunCommand.parse(arguments.split(separator: " ").map(String.init))
  }

  @Test func listsOfValues() throws {
    let run = try sweep("--net lenet5 --threads 1,2 --batch 1,8 --isa avx2,baseline")
    #expect(try run.threads.counts() == [.exactly(1), .exactly(2)])
    #expect(run.batch?.values == [1, 8] && run.isa?.values == [.avx2, .baseline])
    // A single value is as it always was.
    let one = try sweep("--net lenet5 --threads 2 --batch 4")
    #expect(try one.threads.request() == one.threads.request(one.threads.counts()?.first))
    #expect(try sweep("--net lenet5").threads.counts() == nil)
    #expect(try sweep("--net lenet5").duration == nil)
  }

  @Test func networksByNameAndPattern() throws {
    #expect(try NetworkNames.all("lenet5,vgg16") == ["lenet5", "vgg16"])
    let found = try NetworkNames.all("vgg16,vgg1?")
    #expect(found == ["vgg16", "vgg11", "vgg13", "vgg19"])
    // What is no pattern may be a network that is not listed, or none: its graph says.
    #expect(try NetworkNames.all("nosuch") == ["nosuch"])
    #expect(throws: RunError.self) { try NetworkNames.all("zzz*") }
    #expect(throws: RunError.self) { try NetworkNames.all("lenet5,") }
  }

  @Test func aFileMayHaveACommaInItsName() throws {
    let path = NSTemporaryDirectory() + "a,b-\(UUID().uuidString).onnx"
    try AtomicFile.write("", to: path)
    defer { unlink(path) }
    #expect(try NetworkNames.all(path) == [path])
  }

  @Test func precisionsArePercentages() throws {
    #expect(try sweep("--net lenet5 --until-ci 1%").stopping.precision == 0.01)
    #expect(try sweep("--net lenet5 --until-ci 0.5").stopping.precision == 0.005)
    let rule = try sweep("--net lenet5 --until-ci 2 --min-samples 7 --max-seconds 9")
      .stopping.rule(seconds: 3)
    #expect(rule.leastSamples == 7 && rule.mostSeconds == 9 && rule.precision == 0.02)
  }

  @Test func aPreviewAddsUp() {
    let items = [("a", 90.0), ("b", 30.5)].map {
      Preview.Item(title: $0.0, note: "x", seconds: $0.1, source: "FLOPs")
    }
    let preview = Preview(items: items)
    #expect(preview.list == "a\nb")
    #expect(preview.table.contains("2 to measure, some 2 min 01 s in all; by\nFLOPs"))
  }

  @Test func commandsToTypeAreQuoted() {
    #expect(NextCommand.quoted("plan.json") == "plan.json")
    #expect(NextCommand.quoted("resnet*") == "'resnet*'")
    #expect(NextCommand.quoted("it's") == #"'it'\''s'"#)
    #expect(NextCommand.quoted("") == "''")
    #expect(NextCommand.text(["a", "b"]) == "\nnext: a\n      b")
  }

  /// What people type first is in the help.
  @Test(arguments: ["tune", "run", "bench", "suite", "compare", "plan make", "limits"])
  func helpHasExamples(_ command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    do {
      var parsed = try Convbench.parseAsRoot(words + ["--help"])
      try parsed.run()
      Issue.record("\(command) --help is no help")
    } catch {
      #expect(Convbench.fullMessage(for: error).contains("  convbench \(command) "))
    }
  }
}
