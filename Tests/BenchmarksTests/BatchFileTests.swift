import Base
import Convolution
import Foundation
import Measurement
import Networks
import Testing

@testable import Base
@testable import Benchmarks

@Suite struct BatchFileTests {
  @Test func readsABenchdnnFileAsItIs() throws {
    let file = BatchFile(
      text: """
        # ResNet-50
        --reset --dir=FWD_B --mb=1 --mode=C

        ic3ih224oc64oh112kh7sh2ph3n"resnet_50:conv1" # the first one
        --mode=C
        ic64ih56oc64oh56kh3ph1n"resnet_50:res2a_branch2b*3"
        mb4ic16ih7oc16oh7kh1 ic8ih7oc8oh7kh3ph1n"second_word*2"
        --reset
        ic16ih7oc16oh7kh1
        """)
    #expect(
      file.problems.map(\.problem.description) == [
        "mb1ic3ih224oc64oh112kh7sh2ph3", "mb1ic64ih56oc64oh56kh3ph1", "mb1ic16ih7oc16oh7kh1",
        "mb1ic8ih7oc8oh7kh3ph1", "mb2ic16ih7oc16oh7kh1",
      ])
    #expect(
      file.problems.map(\.name) == [
        "resnet_50:conv1", "resnet_50:res2a_branch2b", nil, "second_word", nil,
      ])
    #expect(file.problems.map(\.multiplicity) == [1, 3, 1, 2, 1])
    // Named once, not once a line.
    #expect(file.skipped.map(\.text) == ["--mode=C"])
    #expect(file.skipped.map(\.line) == [2])
  }

  /// What a network prints is read back: the same convolutions, as often.
  @Test(arguments: ["resnet50", "mobilenetv2", "inceptionv4", "googlenet", "resnet20"])
  func readsWhatNetworksPrint(_ name: String) throws {
    let graph = try NetworkCatalog.graph(named: name)
    let text = BenchdnnText.lines(of: graph)
    let file = BatchFile(text: text)
    #expect(file.skipped.isEmpty)
    let printed = file.problems.flatMap {
      [String](repeating: "\($0.problem)", count: $0.multiplicity)
    }
    let problems = graph.convolutions.compactMap { graph.problem(of: $0)?.description }
    #expect(printed.sorted() == problems.sorted())
    #expect(Set(printed).count == file.problems.count)
    #expect(file.problems.allSatisfy { $0.name?.hasPrefix("\(name):") == true })
  }

  @Test func namesThatWouldEndALine() throws {
    let b = GraphBuilder(
      name: "my \"net\"", family: "", input: TensorShape(channels: 1, height: 4, width: 4),
      classes: 1)
    let graph = try b.build(output: b.convolution(b.input, 2, kernel: 1, name: "a#b\nc*7"))
    let file = BatchFile(text: BenchdnnText.lines(of: graph))
    #expect(file.skipped.isEmpty)
    #expect(file.problems.map(\.name) == ["my__net_:a_b_c_7"])
    #expect(file.problems.map(\.multiplicity) == [1])
  }

  @Test func readsDeepBenchsLists() {
    let file = BatchFile(
      text: """
        #include <vector>
        // w, h, c, n, k, filter_w, filter_h, pad_w, pad_h, stride_w, stride_h
        std::vector<std::tuple<unsigned int, unsigned int>> training_set = {
            std::make_tuple(700, 161, 1, 4, 32, 20, 5, 0, 0, 2, 2),
            std::make_tuple( 7,7,832,16,256,1,1,0,0,1,1),
            // std::make_tuple(14, 14, 512, 8, 512, 3, 3, 1, 1, 1, 1),
            std::make_tuple(1760, 16, 1760),
            std::make_tuple(700, 161, 1, N, 32, 20, 5, 0, 0, 2, 2)};
        """)
    #expect(
      file.problems.map(\.problem.description) == [
        "mb4ic1ih161iw700oc32oh79ow341kh5kw20sh2sw2", "mb16ic832ih7oc256oh7kh1",
      ])
    #expect(file.malformed.map(\.line) == [7, 8])
    #expect(file.malformed.first?.reason.contains("11 whole numbers") == true)
  }

  @Test func readsDeepBenchsTables() {
    let file = BatchFile(
      text: """
        # w h c n k f_w f_h pad_w pad_h stride_w stride_h precision fwd_time
        224  224  3  16  64  3  3  1  1  1  1  float  1234
        ic16ih7oc16oh7kh1
        1 2 3
        """)
    #expect(
      file.problems.map(\.problem.description) == [
        "mb16ic3ih224oc64oh224kh3ph1", "mb2ic16ih7oc16oh7kh1",
      ])
    #expect(file.malformed.map(\.line) == [4, 4, 4])
  }

  @Test(arguments: [
    ("99999999999999999999", "11 whole numbers"), ("-1", "11 whole numbers"),
    ("4000000000000000000", "needs a number"), ("0", "lacks iw"),
  ])
  func deepBenchsImpossibleNumbers(_ width: String, _ reason: String) throws {
    let file = BatchFile(text: "std::make_tuple(\(width), 7, 1, 1, 1, 1, 1, 0, 0, 1, 1),")
    #expect(file.problems.isEmpty)
    let malformed = try #require(file.malformed.first)
    #expect(malformed.reason.contains(reason), "\(malformed)")
  }

  @Test(arguments: [
    ("ic16ih7oc16oh7", "lacks kh"),
    ("ic16ih7oc16oh7kh1zz3", "unknown field"),
    ("--batch=no/such/file", "cannot read no/such/file"),
    ("--mb=many", "no batch"), ("--mb=1,many", "no batch"), ("--dir=UP", "none of"),
    ("--dt=f33", "no element type"), ("--dt=u8:s8", "one type, or those"),
    ("ic99999999999999999999ih7oc16oh7kh1", "needs a number"),
  ])
  func malformedLinesAreNamed(_ text: String, _ reason: String) throws {
    let file = BatchFile(text: "\n" + text + "\nic16ih7oc16oh7kh1")
    #expect(file.problems.count == 1)
    #expect(file.skipped.isEmpty)
    let malformed = try #require(file.malformed.first)
    #expect(file.malformedCount == 1)
    #expect(malformed.line == 2)
    #expect(malformed.reason.contains(reason), "\(malformed)")
  }

  /// What benchdnn runs and convbench does not is counted by its reason.
  @Test(arguments: [
    ("--dir=BWD_D", "BWD_D is a backward pass", 2, 0),
    ("--dir=FWD_D,BWD_WB", "BWD_WB is a backward pass", 2, 2),
    ("--dt=u8:s8:s32", "type u8 are not run", 2, 0),
    ("--dt=f32,bf16", "type bf16 are not run", 2, 2),
    ("--cfg=u8s8u8", "such types are not run", 2, 0),
    ("--mb=1,2,3 --dir=BWD_W", "BWD_W is a backward pass", 6, 0),
    ("--dir=BWD_W --reset", "", 0, 2), ("--dt=f32:f32:f32 --dir=fwd_i", "", 0, 2),
    ("--dir=BWD_W --dir=", "", 0, 2), ("--mb=0,5", "", 0, 4),
  ])
  func otherOperationsAreCounted(
    _ options: String, _ reason: String, _ skipped: Int, _ run: Int
  ) throws {
    let file = BatchFile(text: "\(options)\nic16ih7oc16oh7kh1\nic16ih9oc16oh9kh1")
    #expect(file.problems.count == run)
    #expect(file.skippedCount == skipped)
    #expect(file.malformed.isEmpty)
    if skipped > 0 { #expect(file.skipped.first?.reason.contains(reason) == true) }
  }

  @Test func threeDimensionsAreSkippedAndOneIsRun() {
    let file = BatchFile(
      text: "ic16id8ih8oc16od8oh8kd3kh3pd1ph1 ic16iw20oc16ow20kw3pw1 ic4id3oc4kd3")
    #expect(
      file.problems.map(\.problem.description) == [
        "mb2ic16ih1iw20oc16oh1ow20kh1kw3ph0pw1"
      ])
    #expect(file.skipped.map(\.count) == [2])
  }

  @Test(arguments: [
    ("\u{FEFF}ic3ih8oc4oh8kh3ph1\r\nic3ih8oc4oh8kh3ph1\r\n", 2),
    ("--mb=1,16 mb7ic4ih5oc4oh5kh3ph1", 2), ("ic4ih5oc4oh5kh3ph1n\"a#1\" ic4ih7oc4oh7kh3ph1", 2),
    ("--attr-post-ops=relu, \\\n  sum:0.5, \\\n  add:f32\nmb1ic4ih5oc4oh5kh3ph1", 1),
    ("mb1ic4ih5 \\\n oc4oh5kh3ph1", 1), ("mb1ic4ih5oc4oh5kh3ph1 # ic4ih7oc4oh7kh3ph1", 1),
    ("mb1ic4ih5oc4oh5kh3ph1 \\", 1), ("mb2ic256ih14oc1024oh14kh1ph0n mb2ic4ih5oc4oh5kh3ph1nx", 2),
    ("", 0), ("# nothing", 0),
  ])
  func wordsAreBenchdnns(_ text: String, _ count: Int) {
    let file = BatchFile(text: text)
    #expect(file.problems.count == count, "\(file.malformed)")
    #expect(file.malformed.isEmpty, "\(file.malformed)")
  }

  @Test func filesWithinFiles() throws {
    let folder = NSTemporaryDirectory() + "batch-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder + "/sub", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }
    try write("outer", "--mb=3\n--batch=sub/inner\nic4ih5oc4oh5kh3ph1")
    try write("sub/inner", "ic8ih5oc8oh5kh3ph1\n--batch=shapes\n--mb=5")
    try write("shapes", "ic9ih5oc9oh5kh3ph1 zzz")
    try write("loop", "ic9ih5oc9oh5kh3ph1 --batch=loop")
    let file = try BatchFile(path: folder + "/outer")
    // As benchdnn's, options of an inner file stay in force.
    #expect(
      file.problems.map(\.problem.description) == [
        "mb3ic8ih5oc8oh5kh3ph1", "mb3ic9ih5oc9oh5kh3ph1", "mb5ic4ih5oc4oh5kh3ph1",
      ])
    #expect(file.malformed.map(\.path) == [folder + "/shapes"])
    let loop = try BatchFile(path: folder + "/loop")
    #expect(loop.problems.count == 1)
    #expect(loop.malformed.first?.reason.contains("brings itself in") == true)
  }

  @Test func aBatchThatMakesATensorTooLargeIsSkipped() {
    let file = BatchFile(text: "--mb=1000000\nic512ih224oc512oh224kh3ph1")
    #expect(file.problems.isEmpty)
    #expect(file.malformed.count == 1)
  }

  @Test func filesThatCannotBeReadAreNamed() {
    let missing = #expect(throws: FileError.self) { try BatchFile(path: "/nonexistent/file") }
    #expect(missing?.description.contains("/nonexistent/file") == true)
    #expect(throws: FileError.self) { try BatchFile(path: "/") }
  }
}
