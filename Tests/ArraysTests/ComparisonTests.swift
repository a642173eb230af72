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

  /// Rounding of what lay behind a clamp, one wrong element in many, and everything a bit wrong.
  @Test func theWholeArrayCountsBesideTheWorstElement() {
    let expected = (0..<1000).map { Float($0 % 7) }
    func compare(_ change: (inout [Float]) -> Void) -> ArrayComparison {
      var values = expected
      change(&values)
      return ArrayComparison(
        FloatArray(shape: [1000], values: values),
        expected: FloatArray(shape: [1000], values: expected))
    }
    let rounding = compare { $0[500] += 0.0012 }
    #expect(rounding.error > 1e-4 && rounding.relativeL2 < 2e-5)
    #expect(rounding.isWithin(1e-4) && !rounding.isWithin(1e-5))
    let single = compare { $0[500] += 0.012 }
    #expect(single.relativeL2 < 2e-4 && !single.isWithin(1e-4))
    let shifted = compare { for i in $0.indices { $0[i] += 0.003 } }
    #expect(!shifted.isWithin(1e-4))
    let nan = compare { $0[3] = .nan }
    #expect(nan.relativeL2 == .infinity && !nan.isWithin(1))
  }
}
