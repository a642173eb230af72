import Convolution
import Testing

@Suite struct DescriptorTests {
  @Test(arguments: [
    "mb1ic64ih56oc64oh56kh3ph1",
    "g32mb1ic32ih112oc32oh112kh3ph1",
    "mb1ic3ih224oc64oh112kh7sh2ph3",
    "mb1ic192ih17oc192oh17kh1kw7ph0pw3",
    "mb5ic12ih10iw20oc8oh5ow7kh3kw5sh2sw3dh1dw0ph2pw1",
    "mb1ic25088ih1oc4096oh1kh1",
    "mb1ic4ih5oc4oh8kh1ph3",
  ])
  func canonicalTextRoundTrips(_ text: String) throws {
    let problem = try ConvolutionProblem(descriptor: text)
    let again = try ConvolutionProblem(descriptor: problem.description)
    #expect(again == problem)
    #expect(again.description == problem.description)
  }

  @Test func canonicalTextIsBenchdnns() throws {
    let problem = try ConvolutionProblem(
      inputChannels: 64, outputChannels: 64, input: Extent(56), kernel: Extent(3),
      padding: Halo(top: 1, left: 1, bottom: 1, right: 1))
    #expect(problem.description == "mb1ic64ih56oc64oh56kh3ph1")
  }

  @Test func generatedProblemsRoundTrip() throws {
    var random = SystemRandomNumberGenerator()
    var checked = 0
    for _ in 0..<3000 {
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
      let groups = pick(1...4)
      let pad = Halo(top: pick(0...3), left: pick(0...3), bottom: pick(0...3), right: pick(0...3))
      guard
        let problem = try? ConvolutionProblem(
          batch: pick(1...4), groups: groups, inputChannels: groups * pick(1...9),
          outputChannels: groups * pick(1...9), input: Extent(pick(1...20), pick(1...20)),
          kernel: Extent(pick(1...5), pick(1...5)), stride: Extent(pick(1...3), pick(1...3)),
          dilation: Extent(pick(1...3), pick(1...3)), padding: pad)
      else { continue }
      checked += 1
      #expect(try ConvolutionProblem(descriptor: problem.description) == problem)
    }
    #expect(checked > 500)
  }

  @Test func missingFieldsAreInferred() throws {
    let padding = try ConvolutionProblem(descriptor: "mb1ic3ih12oc256oh8kh5")
    #expect(padding.paddingTop == 0 && padding.output == Extent(8))
    let output = try ConvolutionProblem(descriptor: "mb1ic64ih56oc64kh3ph1")
    #expect(output.output == Extent(56))
    let batch = try ConvolutionProblem(descriptor: "ic64ih56oc64kh3ph1")
    #expect(batch.batch == 2)
    let width = try ConvolutionProblem(descriptor: "mb1_ic8_iw9_oc8_kw3_pw1n\"name\"")
    #expect(width.input == Extent(9) && width.kernel == Extent(3))
  }

  @Test func asymmetricPaddingIsImplied() throws {
    // TensorFlow's "same" for stride 2 on an even size: nothing before, one after.
    let problem = try ConvolutionProblem(descriptor: "mb1ic8ih224oc8oh112kh3sh2ph0")
    #expect(problem.halo == Halo(top: 0, left: 0, bottom: 1, right: 1))
  }

  @Test(arguments: [
    ("", "lacks ic"), ("mb1ic3", "lacks oc"), ("mb1ic3ih5oc4kh3xx1ph1", "unknown field \"xx\""),
    ("mb1mb1ic3ih5oc4kh3ph1", "mb is given twice"), ("mb1ic3ih5oc4kh3", "lacks both oh and ph"),
    ("mb0ic3ih5oc4kh3ph1", "batch is 0"), ("g2mb1ic3ih5oc4kh3ph1", "not divisible by groups 2"),
    ("mb1ic3ih5oc4kh9ph1", "output height is 0"),
    ("mb1ic99999999999999999999ih5oc4kh3ph1", "ic needs a number"),
    ("mb1ic16777216ih5oc16777216kh3ph1", "weights has more than"),
    ("mb1ic1ih131072oc1oh65537kh65536ph0", "multiply-accumulates"),
    ("mb1ic3ih5oc4oh5000kh3ph1", "do not fit together"),
    ("mb1ic3ih5oc4kh3ph1n\"x", "must end the text"), ("mb1ic3ih5oc4kh3ph1😀", "unknown field"),
    ("mb1ic3ih5oc4kh3sh0ph1", "at least 1"),
  ])
  func impossibleTextsAreNamed(_ text: String, _ expected: String) {
    let error = #expect(throws: ProblemError.self) {
      try ConvolutionProblem(descriptor: text)
    }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "none")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test func mutatedTextsNeverTrap() {
    let alphabet = Array("gmbicoihwksdpn0123456789_\"-é ")
    var random = SystemRandomNumberGenerator()
    var accepted = 0
    for _ in 0..<20_000 {
      var text = Array("g2mb1ic64ih56oc64oh56kh3sh1dh0ph1")
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: text[at] = alphabet.randomElement(using: &random)!
        case 1: text.insert(alphabet.randomElement(using: &random)!, at: at)
        default: text.remove(at: at)
        }
      }
      if let problem = ConvolutionProblem(String(text)) {
        accepted += 1
        #expect(ConvolutionProblem(problem.description) == problem)
      }
    }
    #expect(accepted > 100)
  }
}
