import Foundation
import Testing
import Topology

@Suite struct MachineTests {
  @Test func probesThisMachine() throws {
    let machine = try Machine.probe()
    #expect(machine.origin == .thisSystem)
    #expect(!machine.cores.isEmpty)
    #expect(machine.hardwareThreads >= machine.cores.count)
    #expect(!machine.allowed.isEmpty)
    #expect(machine.cpuModel != "unknown CPU")
    #expect(machine.instructionSets == InstructionSet.supported)
    #expect(machine.memoryBytes > 1 << 20)
    let cpus = machine.cores.flatMap(\.cpus.members)
    #expect(Set(cpus).count == cpus.count, "a hardware thread belongs to one core")
  }

  @Test func readsTwoPackagesWithSMT() throws {
    let machine = try Machine(synthetic: "package:2 [numa] l3:4 l2:8 core:1 pu:2")
    #expect(machine.origin == .synthetic)
    #expect(machine.packages.count == 2)
    #expect(machine.numaNodes.count == 2)
    #expect(machine.cores.count == 64)
    #expect(machine.threadsPerCore == 2)
    #expect(machine.cores[32].package == 1)
    #expect(machine.cores[32].numaNode == 1)
    #expect(machine.caches.count { $0.level == 3 } == 8)
    #expect(machine.lastLevelCache(of: 0)?.level == 3)
    #expect(machine.lastPrivateCache(of: 0)?.level == 2)
    #expect(machine.cache(level: 3, of: 16)?.cpus == CPUSet(16..<32))
    #expect(machine.instructionSets.isEmpty)
  }

  @Test func readsHybridXML() throws {
    let machine = try XMLFixture.hybrid.machine()
    #expect(machine.origin == .xml)
    #expect(machine.vendor == "GenuineIntel")
    #expect(machine.architecture == "x86_64")
    #expect(machine.cores.count == 12)
    #expect(machine.kinds.map(\.name) == ["P", "E"])
    #expect(machine.kindName(of: machine.cores[0]) == "P")
    #expect(machine.kindName(of: machine.cores[11]) == "E")
    #expect(machine.cores[0].cpus.count == 2)
    #expect(machine.cores[11].cpus == CPUSet([19]))
    #expect(machine.memoryBytes == 32 << 30)
    #expect(machine.fingerprint["cores"] == "8 P + 4 E")
    #expect(machine.name.hasSuffix("-12c-\(machine.fingerprint.id.prefix(6))"))
  }

  @Test func keepsWhatIsNotAllowedInThePicture() throws {
    var fixture = XMLFixture.hybrid
    fixture.allowed = [2, 3, 16]
    let machine = try fixture.machine()
    #expect(machine.cores.count == 12)
    #expect(machine.allowed == CPUSet([2, 3, 16]))
  }

  @Test func knowsMissingCaches() throws {
    let machine = try Machine(synthetic: "package:1 l2:4 core:1 pu:1")
    #expect(machine.cache(level: 3, of: 0) == nil)
    #expect(machine.lastLevelCache(of: 0)?.level == 2)
    #expect(try Machine(synthetic: "core:4 pu:1").lastLevelCache(of: 0) == nil)
  }

  @Test func hardwareThreadsWithoutCoresAreCores() throws {
    let machine = try Machine(synthetic: "pu:3")
    #expect(machine.cores.map(\.cpus) == [CPUSet([0]), CPUSet([1]), CPUSet([2])])
  }

  @Test(arguments: [
    "", "nonsense", "pu:0", "core:-1 pu:1", "package:100000 core:100000 pu:100000",
    "pu:99999999999",
    "core:2 pu:99999999999999999999999999", "[[[[", "pu:2 core:2",
  ]) func badSyntheticIsOneLine(text: String) throws {
    let error = try #require(throws: TopologyError.self) { try Machine(synthetic: text) }
    #expect(error.description.contains("synthetic topology"))
    #expect(!error.description.contains("\n"))
  }

  @Test func badXMLIsOneLine() throws {
    let folder = NSTemporaryDirectory()
    #expect(throws: TopologyError("/nonexistent/a.xml: no such file")) {
      try Machine(xmlFile: "/nonexistent/a.xml")
    }
    #expect(throws: TopologyError("\(folder): a folder, not an hwloc XML file")) {
      try Machine(xmlFile: folder)
    }
    let whole = XMLFixture.hybrid.xml
    for text in ["", "no xml", "<topology version=\"2.0\"></topology>", String(whole.prefix(900))] {
      let path = folder + "convbench-bad-\(UUID().uuidString).xml"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      defer { try? FileManager.default.removeItem(atPath: path) }
      let error = try #require(throws: TopologyError.self) { try Machine(xmlFile: path) }
      #expect(error.description.hasPrefix(path))
    }
  }

  @Test func roundTripsThroughJSON() throws {
    let machine = try XMLFixture.hybrid.machine()
    #expect(try machine.replacing([:]) == machine)
  }

  @Test func refusesInconsistentJSON() throws {
    let machine = try XMLFixture.hybrid.machine()
    for broken: [String: Any] in [
      ["kinds": [Any]()], ["cores": [Any]()], ["packages": [Any]()], ["allowed": ""],
      ["allowed": "3-1"],
    ] {
      #expect(throws: DecodingError.self) { try machine.replacing(broken) }
    }
  }

  @Test func fingerprintFollowsTheHardwareOnly() throws {
    let machine = try XMLFixture.hybrid.machine()
    let id = machine.fingerprint.id
    #expect(id.count == 12)
    #expect(id.allSatisfy { $0.isHexDigit })
    let moved = try machine.replacing(["hostName": "elsewhere", "allowed": "0", "memoryBytes": 7])
    #expect(moved.fingerprint == machine.fingerprint)
    let other = try machine.replacing(["cpuModel": "another"])
    #expect(other.fingerprint.id != id)
    let differences = other.fingerprint.differences(from: machine.fingerprint)
    #expect(differences.map(\.name) == ["cpu"])
    #expect(differences.first?.description.contains("tune again") == true)
    // The hash is ours and must never change: stored plans carry it.
    #expect(
      MachineFingerprint(fields: [.init(name: "cpu", value: "x")]).id == "51eb1140e364")
  }

  @Test(arguments: [
    ("AMD EPYC", "family 25 model 17", "x86_64", "zen4"),
    ("AMD EPYC", "family 26 model 2", "x86_64", "zen5"),
    ("AMD EPYC 7543", "family 25 model 1", "x86_64", "zen3"),
    ("AMD EPYC 7571", "family 23 model 1", "x86_64", "zen"),
    ("AMD EPYC 7R32", "family 23 model 49", "x86_64", "zen2"),
    ("Intel(R) Xeon(R)", "family 6 model 85", "x86_64", "skylake-server"),
    ("Intel(R) Xeon(R)", "family 6 model 143", "x86_64", "sapphirerapids"),
    ("12th Gen Intel(R)", "family 6 model 151", "x86_64", "alderlake"),
    ("Unheard of", "family 99 model 7", "x86_64", "family99-model7"),
    ("CPU implementer 0x41 part 0xd0c", "", "aarch64", "neoverse-n1"),
    ("CPU implementer 0x41 part 0xd4f", "", "aarch64", "neoverse-v2"),
    ("CPU implementer 0x7f part 0xabc", "", "aarch64", "arm7f-abc"),
    ("Something", "", "x86_64", "x86-64"), ("", "", "../../etc/passwd", "etcpasswd"),
    ("", "family x model", "", "cpu"),
  ]) func namesSayTheDesign(_ cpu: String, _ family: String, _ architecture: String, _ name: String)
    throws
  {
    let machine = try XMLFixture.hybrid.machine().replacing([
      "cpuModel": cpu, "cpuFamily": family, "architecture": architecture,
    ])
    #expect(machine.fingerprint.microarchitecture == name)
    #expect(machine.name == "\(name)-12c-\(machine.fingerprint.id.prefix(6))")
  }

  /// What differs in any field of the fingerprint has another name.
  @Test func noTwoMachinesShareAName() throws {
    let fields = try XMLFixture.hybrid.machine().fingerprint.fields
    let others = fields.indices.map { index in
      var fields = fields
      fields[index] = .init(name: fields[index].name, value: fields[index].value + " 1")
      return MachineFingerprint(fields: fields).name
    }
    #expect(Set(others + [MachineFingerprint(fields: fields).name]).count == fields.count + 1)
  }

  @Test func cpuSetsAreKernelLists() {
    #expect(CPUSet([3, 1, 2, 7, 1]).description == "1-3,7")
    #expect(CPUSet(text: "1-3,7") == CPUSet([1, 2, 3, 7]))
    #expect(CPUSet(text: "") == .empty)
    for bad in ["a", "1-", "-1", "3-1", "1,,2", "1-2-3", "0-99999999999", "9999999999999999999999"]
    {
      #expect(CPUSet(text: bad) == nil)
    }
  }

  @Test func readsModelsFromProc() {
    var x86 = HostFacts()
    x86.readCPUInfo("processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\n")
    #expect(x86.cpuModel == "Xeon")
    #expect(x86.vendor == "GenuineIntel")
    var arm = HostFacts()
    arm.readCPUInfo("processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n")
    #expect(arm.cpuModel == "CPU implementer 0x41 part 0xd0c")
  }
}
