import Measurement
import Testing

@Suite struct RooflineTests {
  /// 1 KB at 100 GB/s, 10 KB at 50, 100 KB at 20, the rest at 10.
  private let roofline = Roofline(levels: [
    .init(name: "L1", bytes: 1_000, bandwidth: 100),
    .init(name: "L2", bytes: 10_000, bandwidth: 50),
    .init(name: "L3", bytes: 100_000, bandwidth: 20),
    .init(name: "memory", bytes: .max, bandwidth: 10),
  ])

  private func bound(
    _ operations: Double, _ activations: Int, _ weights: Int, _ state: CacheState,
    resident: Int? = nil
  ) -> Roofline.Bound {
    roofline.bound(
      operations: operations, activations: activations, resident: resident ?? activations,
      weights: weights, state: state, peak: 100)
  }

  @Test func manyOperationsHitTheMultiplyAdders() {
    #expect(bound(1e6, 500, 300, .hot) == .init(time: 10_000, roof: "FMA"))
  }

  @Test func hotDataComeFromTheLevelThatHoldsAllOfThem() {
    #expect(bound(1, 500, 300, .hot) == .init(time: 8, roof: "L1"))
    #expect(bound(1, 500, 600, .hot) == .init(time: 22, roof: "L2"))
    #expect(bound(1, 50_000, 30_000, .hot) == .init(time: 4_000, roof: "L3"))
  }

  @Test func aNetworksWeightsComeFromTheSharedCacheAndItsInputFromThePrivateOnes() {
    // 5000 bytes of activations at 50 GB/s beside 4000 bytes of weights at 20 GB/s.
    #expect(bound(1, 5_000, 4_000, .network) == .init(time: 200, roof: "L3"))
    #expect(bound(1, 5_000, 10, .network) == .init(time: 100.2, roof: "L2"))
    #expect(bound(1, 5_000, 200_000, .network) == .init(time: 20_000, roof: "memory"))
  }

  @Test func aHaloTakesRoomButIsNotMoved() {
    let fits = bound(1, 9_900, 10, .network, resident: 9_990)
    #expect(fits == .init(time: 198.2, roof: "L2"))
    let doesNot = bound(1, 9_900, 10, .network, resident: 10_010)
    #expect(doesNot == .init(time: 495.5, roof: "L3"))
  }

  @Test func aBandwidthMeasuredBesideTheSamplesTakesTheLevelsPlace() {
    let slower = roofline.replacing("L2", bandwidth: 25)
    #expect(slower.levels.map(\.bandwidth) == [100, 25, 20, 10])
    #expect(roofline.replacing("FMA", bandwidth: 1).levels == roofline.levels)
  }

  @Test func coldDataComeFromMemory() {
    #expect(bound(1, 500, 300, .cold) == .init(time: 80, roof: "memory"))
  }

  @Test func withoutLevelsOnlyThePeakCounts() {
    let bound = Roofline(levels: []).bound(
      operations: 500, activations: 1 << 30, resident: 1 << 30, weights: 0, state: .cold, peak: 100)
    #expect(bound == .init(time: 5, roof: "FMA"))
  }
}
