import Convolution
import Foundation
import Networks
import TestSupport
import Testing

@testable import Plans
@testable import Topology

struct PlanBundleTests {
  private func plan(_ cpu: String, threads: Int, smt: Bool = false) throws -> Plan {
    var plan = try samplePlan()
    plan.machine = MachineFingerprint(fields: [.init(name: "cpu", value: cpu)])
    plan.threads.count = threads
    plan.threads.smt = smt
    return plan
  }

  private func text() throws -> String {
    let bundle = try PlanBundle(
      [plan("One", threads: 1), plan("Two", threads: 4)], names: ["a.json", "b.json"])
    return String(decoding: try bundle.encoded(), as: UTF8.self)
  }

  private func error(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return ""
  }

  @Test func roundTripsThroughAFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/bundle.json"
    let bundle = try PlanBundle(
      [plan("One", threads: 1), plan("One", threads: 2), plan("One", threads: 2, smt: true)],
      names: ["a", "b", "c"])
    try bundle.encoded().write(to: URL(fileURLWithPath: path))
    guard case .bundle(let read) = try PlanFile.load(path: path) else {
      Issue.record("not read as a bundle")
      return
    }
    #expect(read == bundle)
    #expect(try read.encoded() == bundle.encoded())
  }

  @Test func aPlanStaysAPlan() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/plan.json"
    try samplePlan().save(path: path)
    guard case .plan(let read) = try PlanFile.load(path: path) else {
      Issue.record("not read as a plan")
      return
    }
    #expect(try read == samplePlan())
  }

  @Test func whatIsNoBundleIsRefused() throws {
    #expect(error { _ = try PlanBundle([], names: []) } == "give at least one plan")
    let same = error {
      _ = try PlanBundle(
        [plan("One", threads: 1), plan("One", threads: 1)], names: ["a.json", "b.json"])
    }
    #expect(same.hasPrefix("a.json and b.json are both for "))
    #expect(same.contains("with 1 thread; a bundle has one plan for each"))
    var other = try plan("Two", threads: 1)
    other.network.batch = 2
    let networks = error {
      _ = try PlanBundle([plan("One", threads: 1), other], names: ["a.json", "b.json"])
    }
    #expect(
      networks.hasPrefix("b.json is of test, batch 2, shortcut B, a.json of test, batch 1"))
    // The same name, other layers: of another version.
    var shorter = try plan("Two", threads: 1)
    shorter.layers.removeLast()
    shorter.fusions = []
    #expect(
      error { _ = try PlanBundle([plan("One", threads: 1), shorter], names: ["a", "b"]) }
        .contains("have different layers"))
  }

  @Test func aBundleInABundleAndWhereAPlanIsWanted() throws {
    let text = try text()
    #expect(
      error { _ = try Plan.decode(Data(text.utf8), file: "b.json") }
        == "b.json is a bundle of plans, which only run and plan show take; give one plan's file")
    let nested = "{\"bundleVersion\": 1, \"plans\": [\(text)]}"
    #expect(
      error { _ = try PlanBundle.decode(Data(nested.utf8), file: "b.json") }
        == "b.json: plans[0].formatVersion: is missing")
  }

  @Test(arguments: [
    ("\"bundleVersion\" : 1", "\"bundleVersion\" : 2", "b.json has bundle format 2; this version"),
    ("\"bundleVersion\" : 1", "\"bundleVersion\" : 0", "b.json has bundle format 0"),
    ("\"plans\" : [", "\"plan\" : [", "b.json: plans: is missing"),
    ("\"batch\" : 1", "\"batch\" : 0", "b.json: plans[0].network.batch: 0 is not"),
    ("\"hotMs\" : 1.1", "\"hotMs\" : -1", "b.json: plans[0].layers[0].hotMs: must be a time"),
    ("\"strategy\" : \"direct\"", "\"strategy\" : 7", "b.json: plans[0].layers[0].strategy"),
    ("\"value\" : \"Two\"", "\"value\" : \"One\"", ""),
    ("\"count\" : 4", "\"count\" : 0", "b.json: plans[1].threads.count: 0 is not"),
  ])
  func errorsNameFileAndPlace(_ old: String, _ new: String, _ expected: String) throws {
    let text = try text()
    #expect(text.contains(old))
    let changed = text.replacing(old, with: new)
    let message = error { _ = try PlanBundle.decode(Data(changed.utf8), file: "b.json") }
    #expect(expected.isEmpty ? message.isEmpty : message.hasPrefix(expected), "\(message)")
  }

  @Test func versionsOfPlansAreOne() throws {
    let text = try text()
    let range = try #require(text.range(of: "\"formatVersion\" : 2"))
    let mixed = text.replacingCharacters(in: range, with: "\"formatVersion\" : 1")
    #expect(
      error { _ = try PlanBundle.decode(Data(mixed.utf8), file: "b.json") }
        .hasPrefix("b.json: plans[1].formatVersion: is 2; must be that of plans[0]"))
    let empty = Data("{\"bundleVersion\": 1, \"plans\": []}".utf8)
    #expect(error { _ = try PlanBundle.decode(empty, file: "b") } == "b: plans: is empty")
  }

  @Test func deepNestingIsRefusedBeforeItIsParsed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/deep.json"
    let deep = "{\"bundleVersion\":" + String(repeating: "[", count: 1 << 20)
    try Data(deep.utf8).write(to: URL(fileURLWithPath: path))
    #expect(error { _ = try PlanFile.load(path: path) }.contains("nests deeper"))
  }
}
