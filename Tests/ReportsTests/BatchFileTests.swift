import Base
import Convolution
import Foundation
import Measurement
import Networks
import Reports
import Testing

@testable import Base

@Suite struct BatchFileTests {
  @Test func readsABenchdnnFileAsItIs() throws {
    let file = BatchFile(
      text: """
        # ResNet-50
        --reset --dir=FWD_B --mb=1

        ic3ih224oc64oh112kh7sh2ph3n"resnet_50:conv1" # the first one
        --dir=FWD_B
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
    #expect(file.skipped.map(\.text) == ["--dir=FWD_B"])
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
        "mb4ic1ih161iw700oc32oh79ow341kh5kw20sh2", "mb16ic832ih7oc256oh7kh1",
      ])
    #expect(file.skipped.map(\.line) == [7, 8])
    #expect(file.skipped.first?.reason.contains("11 whole numbers") == true)
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
    #expect(file.skipped.map(\.line) == [4, 4, 4])
  }

  @Test(arguments: [
    ("99999999999999999999", "11 whole numbers"), ("-1", "11 whole numbers"),
    ("4000000000000000000", "needs a number"), ("0", "at least 1"),
  ])
  func deepBenchsImpossibleNumbers(_ width: String, _ reason: String) throws {
    let file = BatchFile(text: "std::make_tuple(\(width), 7, 1, 1, 1, 1, 1, 0, 0, 1, 1),")
    #expect(file.problems.isEmpty)
    let skipped = try #require(file.skipped.first)
    #expect(skipped.reason.contains(reason), "\(skipped)")
  }

  @Test(arguments: [
    ("ic16iw20oc16ow20kw3pw1", "one spatial dimension"),
    ("ic16id8ih8oc16od8oh8kd3kh3pd1ph1", "three spatial dimensions"),
    ("ic16ih7oc16oh7", "lacks kh"),
    ("ic16ih7oc16oh7kh1zz3", "unknown field"),
    ("--batch=shapes_resnet", "command line"),
    ("--mb=many", "no number"),
    ("ic99999999999999999999ih7oc16oh7kh1", "needs a number"),
  ])
  func skipsWhatItCannotMeasureWithAReason(_ text: String, _ reason: String) throws {
    let file = BatchFile(text: "\n" + text + "\nic16ih7oc16oh7kh1")
    #expect(file.problems.count == 1)
    let skipped = try #require(file.skipped.first)
    #expect(file.skipped.count == 1)
    #expect(skipped.line == 2)
    #expect(skipped.reason.contains(reason), "\(skipped)")
  }

  @Test func aBatchThatMakesATensorTooLargeIsSkipped() {
    let file = BatchFile(text: "--mb=1000000\nic512ih224oc512oh224kh3ph1")
    #expect(file.problems.isEmpty)
    #expect(file.skipped.count == 1)
  }

  @Test func filesThatCannotBeReadAreNamed() {
    let missing = #expect(throws: FileError.self) { try BatchFile(path: "/nonexistent/file") }
    #expect(missing?.description.contains("/nonexistent/file") == true)
    #expect(throws: FileError.self) { try BatchFile(path: "/") }
  }
}
