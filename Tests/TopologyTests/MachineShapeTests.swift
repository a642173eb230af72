import Testing

@testable import Topology

@Suite struct MachineShapeTests {
  @Test(arguments: [
    "package:2 l3:2 l2:4 l1d:1 core:1 pu:2", "package:1 l2:4(size=524288) core:1 pu:1",
    "package:1 l3:1(size=1310720) core:3 pu:1",
  ])
  func fingerprintsAreReadAsTheyWereWritten(_ synthetic: String) throws {
    let machine = try Machine(synthetic: synthetic)
    let shape = try #require(machine.fingerprint.shape)
    #expect(shape.packages == machine.packages.count)
    #expect(shape.cores == machine.cores.count)
    #expect(shape.threadsPerCore == machine.threadsPerCore)
    #expect(!shape.caches.isEmpty)
    #expect(shape.caches == machine.cacheSummary.map(\.shape))
    let text = shape.caches.map(\.description).joined(separator: ", ")
    #expect(text == machine.fingerprint["caches"])
  }

  /// Fields as files of earlier versions have them, some of which lack what was added since.
  @Test func oldFingerprintsAreRead() throws {
    func shape(_ fields: [(String, String)]) -> MachineShape? {
      MachineFingerprint(fields: fields.map { .init(name: $0.0, value: $0.1) }).shape
    }
    #expect(
      shape([("cores", "8"), ("caches", "1 × L3 32 MiB for 8 cores, 8 × L2 1.25 MiB per core")])
        == MachineShape(
          cores: 8,
          caches: [
            .init(count: 1, name: "L3", bytes: 32 << 20, cores: 8),
            .init(count: 8, name: "L2", bytes: 5 << 18, cores: 1),
          ]))
    #expect(
      shape([("cores", "8 P + 16 E"), ("packages", "2"), ("threads per core", "2")])
        == MachineShape(packages: 2, cores: 24, threadsPerCore: 2))
    #expect(shape([("cpu", "a cpu")]) == nil)
    #expect(shape([("cores", "many")]) == nil)
    #expect(shape([("cores", "4"), ("caches", "nothing known")]) == MachineShape(cores: 4))
  }

  @Test(arguments: ["", "1", "x MiB", "-1 KiB", "1e300 EiB", "nan B", "1 KB", "999999 EiB"])
  func sizesThatAreNoneAreRefused(_ text: String) {
    #expect(ByteText.bytes(text) == nil)
  }
}
