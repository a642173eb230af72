import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Networks
import TestSupport
import Testing

@testable import Base
@testable import Plans
@testable import Topology

struct PlanTests {
  private func error(in text: String) -> String {
    do {
      _ = try Plan.decode(Data(text.utf8), file: "p.json")
      return ""
    } catch {
      return "\(error)"
    }
  }

  private func text() throws -> String {
    String(decoding: try samplePlan().encoded(), as: UTF8.self)
  }

  @Test func roundTripsThroughAFile() throws {
    let plan = try samplePlan()
    let path = NSTemporaryDirectory() + "plan-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try plan.save(path: path)
    #expect(try Plan.load(path: path) == plan)
    #expect(plan.network.options == NetworkOptions(batch: 1, shortcut: .b))
    #expect(try plan.encoded() == Data(contentsOf: URL(fileURLWithPath: path)))
    let folder = (path as NSString).deletingLastPathComponent
    let left = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      $0.hasPrefix((path as NSString).lastPathComponent + ".")
    }
    #expect(left.isEmpty)
  }

  /// Plans from before the network was run lack what was measured there.
  @Test func olderPlansLoad() throws {
    var plan = try samplePlan()
    plan.layers[0].hotMs = nil
    plan.layers[0].network = nil
    plan.fusions = []
    let text = String(decoding: try plan.encoded(), as: UTF8.self)
      .replacing("\"fusions\" : [\n\n  ],\n", with: "")
    #expect(!text.contains("hotMs") && !text.contains("\"replaced\"") && !text.contains("fusions"))
    #expect(try Plan.decode(Data(text.utf8), file: "p.json") == plan)
  }

  /// The first format left out widths that equal their heights.
  @Test func theFirstFormatIsReadByItsRule() throws {
    var plan = try samplePlan()
    plan.layers[0].workload.problem = try ConvolutionProblem(
      descriptor: "mb1ic8ih9iw8oc8oh5ow4kh3kw3sh2sw2ph1pw1")
    let text = String(decoding: try plan.encoded(), as: UTF8.self)
    let old = text.replacing("\"formatVersion\" : 2", with: "\"formatVersion\" : 1")
      .replacing("mb1ic8ih9iw8oc8oh5ow4kh3kw3sh2sw2ph1pw1", with: "mb1ic8ih9iw8oc8oh5ow4kh3sh2ph1")
    #expect(old != text)
    #expect(try Plan.decode(Data(old.utf8), file: "p.json") == plan)
    #expect(
      error(in: old.replacing("\"formatVersion\" : 1", with: "\"formatVersion\" : 2"))
        .contains("layers[0].problem: descriptor"))
  }

  @Test(arguments: [
    (
      "\"problem\" : \"mb1ic64ih56oc64oh56kh3ph1\"", "\"problem\" : \"mb1ic64\"",
      "layers[0].problem"
    ),
    ("\"strategy\" : \"direct\"", "\"strategy\" : \"magic\"", "unknown strategy \"magic\""),
    ("\"hotMs\" : 1.1", "\"hotMs\" : -1", "layers[0].hotMs: must be a time"),
    ("\"medianMs\" : 1.4", "\"medianMs\" : \"x\"", "layers[0].network.medianMs"),
    ("\"high\" : 1.5", "\"high\" : 1e300", "layers[0].network.intervalMs.high"),
    ("\"medianMs\" : 1.125", "\"medianMs\" : -4", "layers[0].network.replaced.medianMs"),
    ("\"ending\" : \"separated\"", "\"ending\" : \"maybe\"", "layers[0].network.ending"),
    ("\"samples\" : 15", "\"samples\" : 1e40", "layers[0].network.samples"),
    ("\"strategy\" : \"direct\"", "\"strategy\" : 7", "layers[0].strategy: must be a text"),
    ("columns=2,pixels=14", "columns=two", "layers[0].configuration"),
    ("\"medianMs\" : 1.25", "\"medianMs\" : -1.25", "layers[0].medianMs"),
    ("\"medianMs\" : 1.25", "\"medianMs\" : 1e99", "layers[0].medianMs"),
    ("\"medianMs\" : 1.25", "\"medianMs\" : 1e999", "p.json"),
    ("\"workspaceBytes\" : 4096", "\"workspaceBytes\" : -1", "layers[0].workspaceBytes"),
    (
      "\"workspaceBytes\" : 4096", "\"workspaceBytes\" : 99999999999999999999999999",
      "layers[0].workspaceBytes"
    ),
    ("\"batch\" : 1", "\"batch\" : 0", "network.batch"),
    ("\"batch\" : 1", "\"batch\" : 1, \"graphHash\" : \"moon\"", "network.graphHash"),
    ("\"batch\" : 1", "\"batch\" : 1, \"inputExtents\" : [0]", "network.inputExtents"),
    (
      "\"batch\" : 1", "\"batch\" : 1, \"otherInputExtents\" : [[1, 0]]",
      "network.otherInputExtents"
    ),
    ("\"count\" : 2", "\"count\" : 1000000000", "threads.count"),
    ("\"binding\" : \"core\"", "\"binding\" : \"moon\"", "threads.binding"),
    ("\"isa\" : \"baseline\"", "\"isa\" : \"mmx\"", "isa"),
    ("\"formatVersion\" : 2", "\"formatVersion\" : 3", "plan format 3"),
    ("\"formatVersion\" : 2", "\"formatVersion\" : 0", "plan format 0"),
    ("\"kernels\" : \"", "\"kernels\" : \"!", "kernels: "),
    ("\"cores\" : \":2\"", "\"cores\" : \"many\"", "threads.place.cores"),
    (
      "\"provenance\" : \"heuristic\"", "\"provenance\" : \"guessed\"", "layers[1].provenance"
    ),
    ("\"provenance\" : \"measured\"", "\"provenance\" : \"guessed\"", "fusions[0].provenance"),
    ("\"epilogue\" : \"bias+relu\"", "\"epilogue\" : \"bias+bias\"", "layers[0].epilogue"),
    ("\"noisy: CV 7.2 %\"", "\"fine\"", "layers[0].validity"),
    ("\"machine\" : {", "\"engine\" : {", "machine: is missing"),
    ("\"firstLayer\" : 0", "\"firstLayer\" : -1", "fusions[0].firstLayer: -1 is not"),
    ("\"firstLayer\" : 0", "\"firstLayer\" : 1", "fusions[0].lastLayer: 1 is not"),
    ("\"lastLayer\" : 1", "\"lastLayer\" : 2", "fusions[0].lastLayer: 2 is not"),
    ("\"lastLayer\" : 1", "\"lastLayer\" : 9223372036854775000", "fusions[0].lastLayer"),
    ("\"band\" : 1", "\"band\" : 2", "fusions[0].band: 2 is not from 1 to the 1 output rows"),
    ("\"band\" : 1", "\"band\" : 0", "fusions[0].band"),
    ("\"medianMs\" : 1.75", "\"medianMs\" : -1", "fusions[0].medianMs: must be a time"),
    ("\"separateMs\" : 2.25", "\"separateMs\" : 1e10", "fusions[0].separateMs"),
    ("\"ending\" : \"tied\"", "\"ending\" : 3", "fusions[0].ending: must be a text"),
    ("\"workspaceBytes\" : 8192", "\"workspaceBytes\" : -1", "fusions[0].workspaceBytes"),
  ])
  func errorsNameFileAndPlace(_ old: String, _ new: String, _ expected: String) throws {
    let original = try text()
    #expect(original.contains(old))
    let message = error(in: original.replacing(old, with: new, maxReplacements: 1))
    #expect(message.contains(expected), "\(message)")
    #expect(message.contains("p.json"))
    #expect(!message.contains("\n"))
  }

  @Test func oddDocumentsAreNoPlans() {
    #expect(error(in: "") == "p.json is empty, not a plan")
    #expect(error(in: "[]").hasPrefix("p.json"))
    #expect(error(in: "null").hasPrefix("p.json"))
    #expect(error(in: "{}") == "p.json: formatVersion: is missing")
    #expect(error(in: "\u{0}\u{0}").hasPrefix("p.json"))
  }

  @Test func bracketsDoNotReachTheParser() {
    let brackets = String(repeating: "[", count: 1_000_000)
    #expect(error(in: brackets).contains("nests deeper"))
    #expect(error(in: "{\"a\":" + brackets).contains("nests deeper"))
    let huge = Data(repeating: UInt8(ascii: "["), count: 100 << 20)
    #expect(throws: PlanError.self) { try Plan.decode(huge, file: "p.json") }
    // Brackets in a text are no nesting.
    #expect(!JSONGuard.isDeeper(than: 2, Data("[\"[[[[\\\"[[[\"]".utf8)))
    #expect(JSONGuard.isDeeper(than: 2, Data("[[[]]]".utf8)))
  }

  @Test func filesThatCannotBeRead() throws {
    #expect(throws: PlanError.self) { try Plan.load(path: "/nonexistent/plan.json") }
    #expect(throws: PlanError.self) { try Plan.load(path: "/tmp") }
    // A device without an end is read as far as a plan may be.
    #expect(throws: PlanError.self) { try Plan.load(path: "/dev/zero") }
    let plan = try samplePlan()
    #expect(throws: FileError.self) { try plan.save(path: "/nonexistent/plan.json") }
    do {
      try plan.save(path: "/dev/full/plan.json")
    } catch {
      #expect("\(error)".hasPrefix("cannot write /dev/full/plan.json: "))
    }
  }

  @Test func differencesHaveTheirSeverity() throws {
    let plan = try samplePlan()
    var present = Conditions(
      machine: plan.machine, instructionSets: [.baseline], team: plan.threads)
    #expect(plan.differences(from: present).isEmpty)
    var fields = plan.machine.fields.filter { $0.name != "caches" && $0.name != "memory" }
    fields.append(MachineFingerprint.Field(name: "caches", value: "1 × L2 2 MiB"))
    fields.append(MachineFingerprint.Field(name: "memory", value: "16 GiB"))
    present.machine = MachineFingerprint(fields: fields)
    present.team.count = 1
    present.team.place?.cores = [.init(kind: "E", count: 1)]
    present.team.place?.caches[0].bytes = 2 << 20
    present.toolVersion = "9"
    present.commit = "0123"
    present.cacheState = .hot
    present.instructionSets = [.avx2]
    let found = Dictionary(
      uniqueKeysWithValues: plan.differences(from: present).map { ($0.field, $0.severity) })
    #expect(
      found == [
        "kernels": .fatal, "caches": .stale, "memory": .harmless, "threads": .stale,
        "tool version": .harmless, "commit": .harmless, "cores used": .stale,
        "caches used": .stale, "cache state": .stale,
      ])
    #expect(plan.conditions.comparisons(with: present).count > found.count)
  }

  @Test func aPlanOfTheFirstFormatIsRead() throws {
    var old = try JSONSerialization.jsonObject(with: samplePlan().encoded()) as? [String: Any]
    old?["formatVersion"] = 1
    old?["kernelGeneration"] = 2
    for key in ["kernels", "commit"] { old?[key] = nil }
    old?["threads"] = ["count": 2, "smt": false, "binding": "core", "cpus": [0, 1]]
    let data = try JSONSerialization.data(withJSONObject: try #require(old))
    let plan = try Plan.decode(data, file: "p.json")
    #expect(plan.kernels.isUnknown)
    #expect(plan.threads.place == nil)
    #expect(try plan.layers == samplePlan().layers)
    var present = Conditions(
      machine: plan.machine, instructionSets: [.baseline], team: try samplePlan().threads,
      toolVersion: plan.toolVersion, commit: "")
    #expect(
      plan.differences(from: present).map { "\($0.field) \($0.severity)" } == [
        "cores used harmless", "caches used harmless", "kernel revisions stale",
      ])
    present.kernels = .unknown
    #expect(plan.differences(from: present).allSatisfy { $0.severity == .harmless })
  }
}
