import Convolution
import Foundation
import Measurement
import Reports
import Testing

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
