import Testing

@testable import Topology

@Suite struct RunEnvironmentTests {
  private static func environment(_ files: [String: String], cpus: [Int] = []) throws
    -> RunEnvironment
  {
    let machine = try Machine(synthetic: "package:1 core:2 pu:1")
    return try FakeSystem(files: files) {
      RunEnvironment(machine: machine, cpus: cpus, root: $0)
    }
  }

  @Test func readsWhatTheSystemSays() throws {
    let files = [
      "/proc/cpuinfo": "model name : X\nmicrocode\t: 0xa10113e\nflags\t\t: fpu vme hypervisor\n",
      "/proc/loadavg": "0.52 0.58 0.59 1/467 12345\n",
      "/sys/class/dmi/id/sys_vendor": "QEMU\n",
      "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
      "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "powersave\n",
      "/sys/devices/system/cpu/cpufreq/boost": "0\n",
    ]
    let all = try Self.environment(files)
    #expect(all.governor == "performance+powersave" && all.boost == "off" && all.load == 0.52)
    #expect(all.microcode == "0xa10113e" && all.hypervisor == "QEMU")
    #expect(try Self.environment(files, cpus: [0]).governor == "performance")
  }

  @Test(arguments: [
    (["/proc/cpuinfo": "flags : fpu\n"], "none"), ([:], ""),
    (["/proc/cpuinfo": "flags : hypervisor\n"], "unknown"),
    (["/sys/hypervisor/type": "xen\n"], "xen"),
  ]) func hypervisors(_ files: [String: String], _ text: String) throws {
    #expect(try Self.environment(files).hypervisor == text)
  }

  @Test func whatIsNotThereIsEmpty() throws {
    let nothing = try Self.environment(["/sys/devices/system/cpu/intel_pstate/no_turbo": "0\n"])
    #expect(nothing.governor.isEmpty && nothing.microcode.isEmpty && nothing.load == nil)
    #expect(nothing.boost == "on")
  }
}
