import Convolution
import Testing

@Suite struct WorkloadTests {
  private static let problem = "mb1ic64ih56oc32oh28kh3sh2ph1"

  @Test(arguments: [
    (problem, problem),
    ("\(problem) bias+residual+relu6", "\(problem) bias+residual+relu6"),
    ("--dt=f32 --dir=FWD_D \(problem) bias", "\(problem) bias"),
    ("--dir=fwd_i --dt=f32:f32:f32   \(problem)", problem),
    ("\(problem) none", problem),
  ])
  func textRoundTrips(_ text: String, _ canonical: String) throws {
    let workload = try Workload(text: text)
    #expect(workload.description == canonical)
    #expect(try Workload(text: canonical) == workload)
    var parts = try Workload(text: workload.textWithoutEpilogue)
    parts.epilogue = workload.epilogue
    #expect(parts == workload)
  }

  @Test(arguments: [
    ("", "is not a descriptor"), ("--dt=f32", "is not a descriptor"),
    ("\(problem) bias relu", "is not a descriptor"), ("\(problem) bais", "is not an epilogue"),
    ("--dt=f32 --dt=f32 \(problem)", "given twice"), ("--dt=u8 \(problem)", "u8"),
    ("--dir=BWD_D \(problem)", "backward"), ("mb1ic64", "descriptor \"mb1ic64\""),
  ])
  func wrongTextIsNamed(_ text: String, _ expected: String) {
    #expect {
      try Workload(text: text)
    } throws: { error in
      "\(error)".contains(expected)
    }
    #expect(Workload(text) == nil)
  }

  /// What decides the time is told apart, what does not is not.
  @Test func differsByEveryPart() throws {
    let plain = try Workload(text: Self.problem)
    #expect(try plain != Workload(text: "\(Self.problem) bias"))
    #expect(try plain != Workload(text: "mb2ic64ih56oc32oh28kh3sh2ph1"))
    #expect(try plain == Workload(text: "\(Self.problem)n\"name\""))
  }

  @Test func operandsAreByRole() throws {
    let workload = try Workload(text: "mb2ic64ih56oc32oh28kh3sh2ph1 bias+residual")
    let counts = workload.operands.map { "\($0.role) \($0.count) \($0.bytes)" }
    #expect(
      counts == [
        "source 401408 1605632", "weights 18432 73728", "bias 32 128", "residual 50176 200704",
        "destination 50176 200704",
      ])
    #expect(
      try Workload(text: Self.problem).operands.map(\.role) == [.source, .weights, .destination])
  }
}
