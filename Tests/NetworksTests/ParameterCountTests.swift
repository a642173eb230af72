import Testing

@testable import Networks

/// Published parameter counts.
@Suite struct ParameterCountTests {
  static let published: [(String, Int)] = [
    ("lenet5", 61_706),
    ("resnet18", 11_689_512),
    ("resnet34", 21_797_672),
    ("resnet50", 25_557_032),
    ("resnet101", 44_549_160),
    ("resnet152", 60_192_808),
    ("mobilenetv2", 3_504_872),
  ]

  @Test(arguments: published)
  func parameters(_ name: String, _ count: Int) throws {
    #expect(try NetworkCatalog.graph(named: name).parameters == count)
  }
}
