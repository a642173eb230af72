/// Names of core designs, as compilers and their makers write them.
///
/// x86: display family and model of CPUID leaf 1 (Intel SDM volume 2, CPUID; AMD's processor
/// programming references), which Linux prints in `/proc/cpuinfo`; the ranges are those of Linux
/// 6.12's `arch/x86/kernel/cpu/amd.c` and `intel-family.h`. arm64: implementer and part number of
/// the register MIDR_EL1 (Arm's technical reference manuals), as in Linux' `cputype.h`.
public enum Microarchitecture {
  private struct X86 {
    let family: Int
    let models: [ClosedRange<Int>]
    let name: String

    init(_ family: Int, _ models: [ClosedRange<Int>], _ name: String) {
      self.family = family
      self.models = models
      self.name = name
    }
  }

  /// The first that fits. No two makers have a family in common here.
  private static let x86: [X86] = [
    X86(26, [0x00...0x2f, 0x40...0x4f, 0x60...0x7f], "zen5"),
    X86(26, [0x50...0x5f, 0x80...0xaf, 0xc0...0xcf], "zen6"),
    X86(25, [0x10...0x1f, 0x60...0xaf], "zen4"),
    X86(25, [0x00...0x0f, 0x20...0x5f], "zen3"),
    X86(23, [0x30...0x4f, 0x60...0x7f, 0x90...0x91, 0xa0...0xaf], "zen2"),
    X86(23, [0x08...0x08, 0x18...0x18], "zen+"),
    X86(23, [0x00...0x2f, 0x50...0x5f], "zen"),
    X86(21, [0x00...0xff], "bulldozer"),
    X86(24, [0x00...0xff], "dhyana"),
    X86(19, [0x01...0x01], "diamondrapids"),
    X86(6, [0xad...0xae], "graniterapids"),
    X86(6, [0xaf...0xaf], "sierraforest"),
    X86(6, [0xcf...0xcf], "emeraldrapids"),
    X86(6, [0x8f...0x8f], "sapphirerapids"),
    X86(6, [0xcc...0xcc], "pantherlake"),
    X86(6, [0xbd...0xbd], "lunarlake"),
    X86(6, [0xb5...0xb5, 0xc5...0xc6], "arrowlake"),
    X86(6, [0xaa...0xac], "meteorlake"),
    X86(6, [0xb7...0xb7, 0xba...0xba, 0xbf...0xbf], "raptorlake"),
    X86(6, [0x97...0x97, 0x9a...0x9a], "alderlake"),
    X86(6, [0xbe...0xbe], "gracemont"),
    X86(6, [0xa7...0xa7], "rocketlake"),
    X86(6, [0x8c...0x8d], "tigerlake"),
    X86(6, [0x6a...0x6a, 0x6c...0x6c], "icelake-server"),
    X86(6, [0x7d...0x7e, 0x9d...0x9d], "icelake"),
    // Cascade Lake and Cooper Lake are steppings of it.
    X86(6, [0x55...0x55], "skylake-server"),
    X86(6, [0xa5...0xa6], "cometlake"),
    X86(6, [0x8e...0x8e, 0x9e...0x9e], "kabylake"),
    X86(6, [0x4e...0x4e, 0x5e...0x5e], "skylake"),
    X86(6, [0x66...0x66], "cannonlake"),
    X86(6, [0x3d...0x3d, 0x47...0x47, 0x4f...0x4f, 0x56...0x56], "broadwell"),
    X86(6, [0x3c...0x3c, 0x3f...0x3f, 0x45...0x46], "haswell"),
    X86(6, [0x3a...0x3a, 0x3e...0x3e], "ivybridge"),
    X86(6, [0x2a...0x2a, 0x2d...0x2d], "sandybridge"),
    X86(6, [0x57...0x57], "knightslanding"),
    X86(6, [0x85...0x85], "knightsmill"),
    X86(6, [0x86...0x86, 0x96...0x96, 0x9c...0x9c], "tremont"),
    X86(6, [0x7a...0x7a], "goldmont-plus"),
    X86(6, [0x5c...0x5c, 0x5f...0x5f], "goldmont"),
  ]

  /// By implementer, then part number.
  private static let arm: [Int: [Int: String]] = [
    0x41: [
      0xd03: "cortex-a53", 0xd04: "cortex-a35", 0xd05: "cortex-a55", 0xd07: "cortex-a57",
      0xd08: "cortex-a72", 0xd09: "cortex-a73", 0xd0a: "cortex-a75", 0xd0b: "cortex-a76",
      0xd0c: "neoverse-n1", 0xd0d: "cortex-a77", 0xd40: "neoverse-v1", 0xd41: "cortex-a78",
      0xd44: "cortex-x1", 0xd46: "cortex-a510", 0xd47: "cortex-a710", 0xd48: "cortex-x2",
      0xd49: "neoverse-n2", 0xd4a: "neoverse-e1", 0xd4b: "cortex-a78c", 0xd4d: "cortex-a715",
      0xd4e: "cortex-x3", 0xd4f: "neoverse-v2", 0xd80: "cortex-a520", 0xd81: "cortex-a720",
      0xd82: "cortex-x4", 0xd84: "neoverse-v3", 0xd85: "cortex-x925", 0xd87: "cortex-a725",
      0xd8e: "neoverse-n3",
    ],
    0x43: [0x0a1: "thunderx", 0x0af: "thunderx2"],
    0x46: [0x001: "a64fx"],
    0x48: [0xd01: "taishan-v110", 0xd02: "taishan-v120"],
    0x51: [0x001: "oryon", 0xc00: "falkor", 0x802: "kryo-3xx", 0x804: "kryo-4xx"],
    0x61: [
      0x022: "m1", 0x023: "m1", 0x024: "m1-pro", 0x025: "m1-pro", 0x028: "m1-max", 0x029: "m1-max",
      0x032: "m2", 0x033: "m2", 0x034: "m2-pro", 0x035: "m2-pro", 0x038: "m2-max", 0x039: "m2-max",
    ],
    0x6d: [0xd49: "cobalt-100"],
    0xc0: [0xac3: "ampere1", 0xac4: "ampere1a", 0xac5: "ampere1b"],
  ]

  /// Of an x86 CPU; nil where the table does not have it.
  ///
  /// - Parameters:
  ///   - family, model: display family and model, the extended bits included.
  public static func name(family: Int, model: Int) -> String? {
    x86.first { $0.family == family && $0.models.contains { $0.contains(model) } }?.name
  }

  /// Of an arm64 CPU; nil where the table does not have it.
  public static func name(implementer: Int, part: Int) -> String? { arm[implementer]?[part] }
}

extension MachineFingerprint {
  /// What the cores' design is called: by the tables, else by numbers such as `family25-model17` or
  /// `arm41-d0c`, else by the architecture.
  public var microarchitecture: String {
    let numbers = Self.numbers(in: self["family"] ?? "", words: ["family", "model"])
    if let numbers {
      return Microarchitecture.name(family: numbers[0], model: numbers[1])
        ?? "family\(numbers[0])-model\(numbers[1])"
    }
    // As `HostFacts` calls a CPU without a name.
    if let numbers = Self.numbers(in: self["cpu"] ?? "", words: ["implementer", "part"]) {
      return Microarchitecture.name(implementer: numbers[0], part: numbers[1])
        ?? "arm\(String(numbers[0], radix: 16))-\(String(numbers[1], radix: 16))"
    }
    let architecture = (self["architecture"] ?? "").filter {
      $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
    }
    return architecture.isEmpty ? "cpu" : architecture.replacing("_", with: "-")
  }

  /// A name that two different machines do not share, fit for files: core design, cores and the
  /// beginning of the id, such as `zen4-2c-9706d6`.
  public var name: String {
    let cores = (self["cores"] ?? "").split(separator: " ").compactMap { Int($0) }.reduce(0, +)
    return "\(microarchitecture)-\(cores)c-\(id.prefix(6))"
  }

  /// The numbers behind two words, decimal or hexadecimal with 0x.
  private static func numbers(in text: String, words: [String]) -> [Int]? {
    let parts = text.split(separator: " ")
    let numbers = words.compactMap { word -> Int? in
      guard let place = parts.firstIndex(of: word[...]), place + 1 < parts.count else { return nil }
      let number = parts[place + 1]
      return number.hasPrefix("0x") ? Int(number.dropFirst(2), radix: 16) : Int(number)
    }
    return numbers.count == words.count ? numbers : nil
  }
}

extension Machine {
  /// `MachineFingerprint.name`.
  public var name: String { fingerprint.name }
}
