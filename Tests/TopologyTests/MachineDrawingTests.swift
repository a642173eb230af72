import Testing
import Topology

@Suite struct MachineDrawingTests {
  private func draw(
    _ machine: Machine, _ request: ThreadRequest = ThreadRequest(), width: Int = 100
  ) throws -> String {
    try MachineDrawing(machine, placement: machine.placement(for: request), width: width)
      .description
  }

  @Test func smallMachine() throws {
    let machine = try Machine(synthetic: "package:1 l3:1 l2:2 core:1 pu:2")
    #expect(
      try draw(machine) == """
        ┌─ package 0 · node 0, 1 GiB ┐
        │ ┌─ L3 16 MiB ────────┐     │
        │ │ 2 cores · L2 4 MiB │     │
        │ │ cpu  0  2          │     │
        │ │     w0 w1          │     │
        │ │ smt  1  3          │     │
        │ │      ·  ·          │     │
        │ └────────────────────┘     │
        └────────────────────────────┘
        w0 worker 0, the calling thread   · free
        """)
  }

  @Test func hybridShowsKindsClustersAndWhatIsNotAllowed() throws {
    var fixture = XMLFixture.hybrid
    fixture.allowed = Array(0..<18)
    let drawing = try draw(fixture.machine())
    #expect(drawing.contains("8 P cores · L2 1.25 MiB · L1d 32 KiB"))
    #expect(drawing.contains("4 E cores · L2 2 MiB for 4 · L1d 32 KiB"))
    #expect(drawing.contains("×"))
    #expect(drawing.contains("not allowed"))
    #expect(drawing.contains("w9"))
  }

  @Test(arguments: [40, 60, 80, 100, 200]) func boxesAreClosedAndFit(width: Int) throws {
    let texts = [
      "package:2 [numa] l3:4 core:8 pu:2", "package:2 core:32 pu:2", "pu:1", "core:1 pu:8",
      "package:1 [numa] l3:2 [numa] l2:4 core:4 pu:1", "package:4 l2:8 core:2 pu:1",
    ]
    for text in texts {
      let lines = try draw(Machine(synthetic: text), width: width).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= max(width, 60) })
      for line in lines.dropLast() {
        #expect(line.count { $0 == "┌" } == line.count { $0 == "┐" })
        #expect(line.count { $0 == "└" } == line.count { $0 == "┘" })
        #expect("┌│└".contains(line.first!) && "┐│┘".contains(line.last!))
      }
    }
  }

  @Test func everyWorkerIsDrawnOnce() throws {
    let machine = try Machine(synthetic: "package:2 [numa] l3:4 core:8 pu:2")
    let words = try draw(machine).split { $0 == " " || $0 == "\n" || $0 == "│" }
    for worker in 1..<64 { #expect(words.count { $0 == "w\(worker)" } == 1) }
  }

  @Test func unboundWorkersAreInTheLegend() throws {
    let drawing = try draw(Machine(synthetic: "core:4 pu:1"), ThreadRequest(binding: .none))
    #expect(drawing.contains("4 workers, unbound"))
  }

  @Test func reportNamesEverything() throws {
    let machine = try Machine.probe()
    let report = try MachineReport(machine, machine.placement(for: ThreadRequest())).description
    for part in [machine.cpuModel, machine.fingerprint.id, machine.name, "because", "may use"] {
      #expect(report.contains(part))
    }
  }
}
