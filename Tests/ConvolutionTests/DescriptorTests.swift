import Base
import Convolution
import Testing

@Suite struct DescriptorTests {
  @Test(arguments: [
    "mb1ic64ih56oc64oh56kh3ph1",
    "g32mb1ic32ih112oc32oh112kh3ph1",
    "mb1ic3ih224oc64oh112kh7sh2ph3",
    "mb1ic192ih17iw17oc192oh17ow17kh1kw7ph0pw3",
    "mb5ic12ih10iw20oc8oh5ow7kh3kw5sh2sw3dh1dw0ph2pw1",
    "mb1ic25088ih1oc4096oh1kh1",
    "mb1ic4ih5oc4oh8kh1ph3",
  ])
  func canonicalTextRoundTrips(_ text: String) throws {
    let problem = try ConvolutionProblem(descriptor: text)
    let again = try ConvolutionProblem(descriptor: problem.description)
    #expect(again == problem)
    #expect(again.description == problem.description)
    #expect(problem.description == text)
  }

  @Test func canonicalTextIsBenchdnns() throws {
    let problem = try ConvolutionProblem(
      inputChannels: 64, outputChannels: 64, input: Extent(56), kernel: Extent(3),
      padding: Halo(top: 1, left: 1, bottom: 1, right: 1))
    #expect(problem.description == "mb1ic64ih56oc64oh56kh3ph1")
  }

  @Test func generatedProblemsRoundTrip() throws {
    var random = SeededGenerator(seed: 1)
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
      for dialect in DescriptorDialect.allCases {
        let text = problem.text(dialect)
        #expect(try ConvolutionProblem(descriptor: text, dialect: dialect) == problem)
      }
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
    let neither = try ConvolutionProblem(descriptor: "mb1ic8ih9oc8kh3")
    #expect(neither.output == Extent(7) && neither.paddingTop == 0)
  }

  @Test func asymmetricPaddingIsImplied() throws {
    // TensorFlow's "same" for stride 2 on an even size: nothing before, one after.
    let problem = try ConvolutionProblem(descriptor: "mb1ic8ih224oc8oh112kh3sh2ph0")
    #expect(problem.halo == Halo(top: 0, left: 0, bottom: 1, right: 1))
  }

  @Test(arguments: [
    ("", "lacks ic"), ("mb1ic3", "lacks oc"), ("mb1ic3ih5oc4kh3xx1ph1", "unknown field \"xx\""),
    ("mb1mb1ic3ih5oc4kh3ph1", "mb is given twice"), ("mb1ic3oc4kh3", "lacks ih"),
    ("mb0ic3ih5oc4kh3ph1", "batch is 0"), ("g2mb1ic3ih5oc4kh3ph1", "not divisible by groups 2"),
    ("mb1ic3ih5oc4kh9ph1", "gives oh no pixel"),
    ("mb1ic99999999999999999999ih5oc4kh3ph1", "ic needs a number"),
    ("mb1ic16777216ih5oc16777216kh3ph1", "weights has more than"),
    ("mb1ic1ih131072oc1oh65537kh65536ph0", "multiply-accumulates"),
    ("mb1ic3ih5oc4oh5000kh3ph1", "do not fit together"),
    ("mb1ic3ih5iw5oc4kh3ph1", "lacks kw"), ("mb1ic3ih5oc4kh3ph1😀", "unknown field"),
    ("mb1ic3ih5oc4kh3sh0ph1", "at least 1"), ("mb1ic3ih10oc4oh1kh1", "the padding would be -4"),
    ("mb1ic3id5oc4od5kd3pd1", "three spatial dimensions"), ("mb1ic3ih0oc4kh3ph1", "lacks ih"),
  ])
  func impossibleTextsAreNamed(_ text: String, _ expected: String) {
    let error = #expect(throws: ProblemError.self) {
      try ConvolutionProblem(descriptor: text)
    }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "none")")
    #expect(error?.description.contains("\n") == false)
  }

  /// Texts of oneDNN's inputs with what benchdnn's own parser makes of them.
  @Test(arguments: [
    (
      "mb1ic80ih53iw62oc208oh23ow63kh10kw2sh2ph1pw2",
      [1, 1, 80, 208, 53, 62, 23, 63, 10, 2, 2, 1, 1, 2, 0, 0]
    ),
    (
      "g81mb41ic81ih33iw47oc81oh20ow24kh10kw1sw2dh1ph5",
      [81, 41, 81, 81, 33, 47, 20, 24, 10, 1, 1, 2, 5, 0, 1, 0]
    ),
    (
      "mb17ic208ih6iw34oc59oh3ow32kh3kw3dh1ph1",
      [1, 17, 208, 59, 6, 34, 3, 32, 3, 3, 1, 1, 1, 0, 1, 0]
    ),
    (
      "mb1_g16ic16oc16_ih10oh10kh3_iw15ow8kw1sw2pw0",
      [16, 1, 16, 16, 10, 15, 10, 8, 3, 1, 1, 2, 1, 0, 0, 0]
    ),
    (
      "mb1_ic16oc1_ih2oh1kh2sh1dh0ph0_iw100kw3sw1dw30pw17",
      [1, 1, 16, 1, 2, 100, 1, 72, 2, 3, 1, 1, 0, 17, 0, 30]
    ),
    ("sd1pd0dd0mb1ic4ih5oc4oh5kh3ph1", [1, 1, 4, 4, 5, 5, 5, 5, 3, 3, 1, 1, 1, 1, 0, 0]),
    ("mb1ic16iw10oc16kw3pw1", [1, 1, 16, 16, 1, 10, 1, 10, 1, 3, 1, 1, 0, 1, 0, 0]),
    ("mb1ic2ih2oc2kh3sh2", [1, 1, 2, 2, 2, 2, 1, 1, 3, 3, 2, 2, 0, 0, 0, 0]),
  ])
  func readsAsBenchdnn(_ text: String, _ numbers: [Int]) throws {
    let p = try ConvolutionProblem(descriptor: text)
    #expect(
      [
        p.groups, p.batch, p.inputChannels, p.outputChannels, p.input.height, p.input.width,
        p.output.height, p.output.width, p.kernel.height, p.kernel.width, p.stride.height,
        p.stride.width, p.paddingTop, p.paddingLeft, p.dilation.height - 1, p.dilation.width - 1,
      ] == numbers)
  }

  /// Heights and widths of all pairs as soon as one pair differs; padding wherever benchdnn would
  /// infer another from the output.
  @Test func printsWhatBenchdnnReads() throws {
    let cropped = try ConvolutionProblem(
      inputChannels: 4, outputChannels: 4, input: Extent(10), output: Extent(1), kernel: Extent(1))
    #expect(cropped.description == "mb1ic4ih10oc4oh1kh1ph0")
    let dense = try ConvolutionProblem(
      inputChannels: 4, outputChannels: 4, input: Extent(9, 8), kernel: Extent(3),
      stride: Extent(2), dilation: Extent(2), padding: Halo(top: 1, left: 1, bottom: 1, right: 1))
    #expect(dense.description == "mb1ic4ih9iw8oc4oh4ow3kh3kw3sh2sw2dh1dw1ph1pw1")
  }

  @Test(arguments: [
    ("n\"conv1\"", "conv1"), ("nconv1", "conv1"), ("n", nil), ("", nil), ("n\"a#1\"", "a#1"),
    ("n\"\"", nil), ("nname*3", "name*3"),
  ])
  func names(_ suffix: String, _ name: String?) throws {
    let text = try ProblemText("mb2ic4ih5oc4oh5kh3ph1" + suffix)
    #expect(text.name == name)
    #expect(text.problem.description == "mb2ic4ih5oc4oh5kh3ph1")
  }

  /// What was written before is read by its own rule.
  @Test(arguments: [
    ("mb1ic192ih17oc192oh17kh1kw7ph0pw3", "mb1ic192ih17iw17oc192oh17ow17kh1kw7ph0pw3"),
    ("mb1ic4ih9iw8oc4oh5ow4kh3sh2ph1", "mb1ic4ih9iw8oc4oh5ow4kh3kw3sh2sw2ph1pw1"),
    ("mb1ic64ih56oc64oh56kh3ph1", "mb1ic64ih56oc64oh56kh3ph1"),
    ("mb1ic4ih10oc4oh1kh1", "mb1ic4ih10oc4oh1kh1ph0"),
  ])
  func legacyTexts(_ old: String, _ new: String) throws {
    let problem = try ConvolutionProblem(descriptor: old, dialect: .legacy)
    #expect(problem.description == new)
    #expect(problem.text(.legacy) == old)
  }

  @Test func passesAndTypes() throws {
    #expect(try Pass(direction: "fwd_b") == .forward)
    #expect(try ElementTypes("f32") == .f32)
    #expect(try ElementTypes("f32:f32:f32") == .f32)
    for text in ["u8:s8:f32", "bf16", "f32:f32:s8"] {
      let error = #expect(throws: ProblemError.self) { try ElementTypes(text) }
      #expect(error?.kind == .unsupported && error?.description.contains(text) == true)
    }
    for text in ["", "f33", "u8:s8", "u8:zz:f32", "f32:f32:f32:f32"] {
      let error = #expect(throws: ProblemError.self) { try ElementTypes(text) }
      #expect(error?.kind == .impossible)
    }
    #expect(throws: ProblemError.self) { try Pass(direction: "BWD_W") }
    let error = #expect(throws: ProblemError.self) { try Pass(direction: "sideways") }
    #expect(error?.kind == .impossible)
  }

  @Test func mutatedTextsNeverTrap() {
    let alphabet = Array("gmbicoihwksdpn0123456789_\"-é ")
    var random = SeededGenerator(seed: 1)
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
