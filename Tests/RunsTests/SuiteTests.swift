import Foundation
import Measurement
import TestSupport
import Testing

@testable import Results
@testable import Runs

@Suite struct SuiteTests {
  @Test func readsTheSuiteThatIsShipped() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../configs/classic.json").path
    let suite = try SuiteFile.read(path)
    #expect(suite.name == "classic")
    #expect(Set(suite.networks.map(\.net)).isSuperset(of: ["lenet5", "vgg16", "resnet1202"]))
    #expect(suite.networks.count > 30)
  }

  @Test func readsTheExampleOfItsPage() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/suite.md").path
    let page = try String(contentsOfFile: path, encoding: .utf8)
    let example = try #require(page.split(separator: "```json").last?.split(separator: "```").first)
    let suite = try SuiteFile.parse(Data(example.utf8), path: "suite.md")
    #expect(suite.networks.map(\.label).contains("mobilenetv2-1.0-res160"))
    // Every key that there is has its line.
    for key in SuiteFile.Entry.CodingKeys.allCases {
      #expect(page.contains("| `\(key.rawValue)` |"), "\(key)")
    }
  }

  @Test func labelsAndArguments() throws {
    let text = """
      {"name": "a", "networks": [{"net": "resnet50"},
        {"net": "resnet50", "batch": 8, "resolution": 160, "shortcut": "C"}]}
      """
    let networks = try SuiteFile.parse(Data(text.utf8), path: "a.json").networks
    #expect(networks.map(\.label) == ["resnet50", "resnet50-batch8-res160-shortcutC"])
    #expect(
      networks[1].arguments == [
        "--net", "resnet50", "--batch=8", "--resolution=160", "--shortcut=C",
      ])
  }

  @Test(arguments: [
    ("", "a.json: is no complete JSON document"),
    ("{\"name\": \"a\", \"networks\": [{\"net\": \"x\", \"batch\": \"8\"}]}", "networks[0].batch"),
    ("{\"name\": \"a\"}", "a.json: networks is missing"),
    ("{\"name\": \"a\", \"networks\": []}", "networks has 0 entries"),
    ("{\"name\": \"../a\", \"networks\": [{\"net\": \"x\"}]}", "name must be letters"),
    ("{\"name\": \"a\", \"networks\": [{\"net\": \"../../x\"}]}", "networks[0].net"),
    ("{\"name\": \"a\", \"networks\": [{\"net\": 7}]}", "networks[0].net is not of type String"),
    ("{\"name\": \"a\", \"networks\": [{\"net\": \"x\", \"batch\": 1e99}]}", "beyond all bounds"),
    (
      "{\"name\": \"a\", \"networks\": [{\"net\": \"x\", \"shortcut\": \"D\"}]}",
      "networks[0].shortcut is impossible: \"D\" is none of A, B and C"
    ),
    ("{\"name\": \"a\", \"duration\": -1, \"networks\": [{\"net\": \"x\"}]}", "duration is -1.0"),
    (
      "{\"name\": \"a\", \"networks\": [{\"net\": \"x\"}, {\"net\": \"y\", \"resolutoin\": 9}]}",
      "networks[1].resolutoin is no key; there are net, batch, resolution, shortcut, identityLayers"
    ),
    (
      "{\"name\": \"a\", \"threads\": 2, \"networks\": [{\"net\": \"x\"}]}",
      "a.json: threads is no key; there are name, duration, networks"
    ),
    ("{\"name\": \"a\", \"networks\": [{\"net\": \"x\"}, {\"net\": \"x\"}]}", "x is there twice"),
  ])
  func refuses(_ text: String, _ problem: String) throws {
    let error = try #require(throws: SuiteError.self) {
      try SuiteFile.parse(Data(text.utf8), path: "a.json")
    }
    #expect(error.description.contains(problem), "\(error)")
  }

  // No arguments of a test: its name would be as long as they are.
  @Test func refusesWhatIsDeepOrLarge() throws {
    try refuses(String(repeating: "[", count: 100_000), "more lists than one")
    try refuses(String(repeating: " ", count: 2 << 20), "larger than 1.0 MiB")
  }

  @Test func progressGoesOnUnderTheSameConditionsOnly() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.progress.json")
    var progress = SuiteProgress(path: path, conditions: "2 threads")
    try progress.add(.init(label: "resnet50", run: "0123", tuningSeconds: 4))
    #expect(SuiteProgress(path: path, conditions: "2 threads")["resnet50"]?.run == "0123")
    #expect(SuiteProgress(path: path, conditions: "1 thread")["resnet50"] == nil)
    try Data("{".utf8).write(to: URL(fileURLWithPath: path))
    #expect(SuiteProgress(path: path, conditions: "2 threads").done.isEmpty)
    progress.finish()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func tableListsResultsAndFailures() {
    var row = NetworkRow()
    row.identity.network = "resnet50"
    row.identity.resolution = 224
    row.medianMs = 20
    row.validity = Validity(.noisy, reasons: ["CV 7.2 %"])
    var table = SuiteTable()
    table.add(row, tuningSeconds: 61.25)
    table.addFailure("vgg16", "not enough memory")
    let text = table.description
    #expect(text.contains("224²") && text.contains("20.00") && text.contains("61.2"))
    #expect(text.contains("noisy") && !text.contains("CV"))
    #expect(text.hasSuffix("vgg16 failed: not enough memory"))
  }
}
