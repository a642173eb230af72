import Testing

@testable import Arrays

struct ComparisonTests {
  private func compare(_ values: [Float], _ expected: [Float]) -> ArrayComparison {
    ArrayComparison(
      FloatArray(shape: [2, 2], values: values),
      expected: FloatArray(shape: [1, 2, 2], values: expected))
  }

  @Test func findsTheWorstElement() {
    let comparison = compare([0, 1, 2.5, 4], [0, 1.125, 2, 4])
    #expect(comparison.index == [1, 0])
    #expect(comparison.error == 0.125)
    #expect(comparison.value == 2.5 && comparison.expected == 2)
    #expect("\(comparison)".contains("[1, 0]: got 2.5, expected 2.0, 1.2e-01"))
  }

  @Test func constantsCountByTheirSize() {
    #expect(compare([4, 4, 4, 5], [4, 4, 4, 4]).error == 0.25)
    #expect(compare([0, 0, 0, 0.5], [0, 0, 0, 0]).error == 0.5)
    #expect(compare([1, 1, 1, 1], [1, 1, 1, 1]).error == 0)
  }

  @Test func whatIsNotFinite() {
    #expect(compare([.nan, 0, 0, 1], [.nan, 0, 0, 1]).error == 0)
    #expect(compare([.infinity, 0, 0, 1], [.infinity, 0, 0, 1]).error == 0)
    #expect(compare([.infinity, 0, 0, 1], [-.infinity, 0, 0, 1]).error == .infinity)
    let comparison = compare([0, 0, .nan, 1], [0, 0.5, 0, 1])
    #expect(comparison.index == [1, 0])
    #expect(comparison.error == .infinity)
  }
}
