/// All that `convbench topo` tells: the machine, its drawing, and the pool that follows.
public struct MachineReport: Encodable, Sendable, CustomStringConvertible {
  public let machine: Machine
  public let fingerprint: MachineFingerprint
  public let placement: Placement

  public init(_ machine: Machine, _ placement: Placement) {
    self.machine = machine
    self.placement = placement
    fingerprint = machine.fingerprint
  }

  public var description: String {
    var lines: [String] = []
    func row(_ label: String, _ values: [String]) {
      for (index, value) in values.enumerated() {
        lines.append(TextBlock.left(index == 0 ? label : "", 13) + value)
      }
    }
    let traits = [machine.architecture, machine.cpuFamily].filter { !$0.isEmpty }
    row(
      "CPU",
      [machine.cpuModel + (traits.isEmpty ? "" : " (" + traits.joined(separator: ", ") + ")")])
    let host = [machine.hostName ?? "", machine.kernel].filter { !$0.isEmpty }
    if !host.isEmpty { row("host", [host.joined(separator: ", ")]) }
    row("fingerprint", ["\(fingerprint.id)  \(machine.name)"])
    row("cores", [coreLine])
    row("memory", [memoryLine])
    row("caches", cacheLines)
    if machine.numaNodes.count > 1 { row("NUMA nodes", nodeLines) }
    row("instructions", [instructionLine])
    row("may use", [allowedLine])
    lines.append("")
    lines.append(MachineDrawing(machine, placement: placement).description)
    lines.append("")
    row("pool", ["\(placement)"])
    row("because", placement.reasons)
    return lines.joined(separator: "\n")
  }

  private var coreLine: String {
    let packages = machine.packages.count
    var text = "\(machine.coreText) in \(packages) \(packages == 1 ? "package" : "packages")"
    let threads = machine.hardwareThreads
    text +=
      threads == machine.cores.count
      ? ", one hardware thread each" : ", \(threads) hardware threads"
    return text
  }

  private var memoryLine: String {
    let nodes = machine.numaNodes.count
    let size = machine.memoryBytes > 0 ? ByteText.binary(machine.memoryBytes) : "size unknown"
    return nodes > 1 ? "\(size) in \(nodes) NUMA nodes" : "\(size), one NUMA node"
  }

  private var cacheLines: [String] {
    let groups = machine.cacheSummary
    guard !groups.isEmpty else { return ["unknown"] }
    let sizes = groups.map { ByteText.binary($0.bytes) }
    let counts = groups.map { "\($0.instances) ×" }
    let width = sizes.map(\.count).max() ?? 0
    let countWidth = counts.map(\.count).max() ?? 0
    return groups.indices.map { index in
      let group = groups[index]
      return TextBlock.right(counts[index], countWidth) + " "
        + TextBlock.left(group.name, 4) + TextBlock.right(sizes[index], width)
        + "  \(group.shape.sharing)" + (group.lineBytes > 0 ? ", \(group.lineBytes) B lines" : "")
    }
  }

  private var nodeLines: [String] {
    machine.numaNodes.map { node in
      "\(node.id): " + (node.memoryBytes > 0 ? ByteText.binary(node.memoryBytes) : "memory unknown")
        + (node.cpus.isEmpty ? ", no CPUs" : ", CPUs \(node.cpus)")
    }
  }

  private var instructionLine: String {
    guard let best = machine.instructionSets.last else { return "unknown from this description" }
    return machine.instructionSets.map(\.title).joined(separator: ", ")
      + (machine.instructionSets.count > 1 ? "; kernels use \(best.title)" : "")
  }

  private var allowedLine: String {
    let all = machine.allowed.count == machine.hardwareThreads
    let noun = machine.allowed.count == 1 ? "CPU" : "CPUs"
    var text = "\(noun) \(machine.allowed)" + (all ? ", all there are" : "")
    if let quota = machine.cpuQuota {
      text += ", at most \((quota * 100).rounded() / 100) CPUs' time (control group)"
    }
    return text
  }
}
