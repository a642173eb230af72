import Base
import Measurement
import Topology

/// The machines: a picture each, what it is, and what it can do at best.
struct MachineSection {
  let data: ReportData

  private static let halfWidth = 480.0

  var section: HTMLPage.Section {
    HTMLPage.Section(
      id: "machines", title: data.machines.count == 1 ? "The machine" : "The machines",
      content: "\(data.machines.map(machine))")
  }

  private func machine(_ machine: ReportMachine) -> Markup {
    let title: Markup =
      data.machines.count == 1
      ? "<h3>\(machine.name)</h3>\n" : "<h3>\(machine.tag) · \(machine.name)</h3>\n"
    let picture = MachinePicture(machine).drawing
    let figure: Markup = "<figure>\(picture.markup)</figure>\n"
    // A small picture leaves room for the facts beside it.
    return picture.width <= Self.halfWidth
      ? """
      \(title)<div class="pair"><div>\(figure)\(limits(machine))</div>\(facts(machine))</div>

      """
      : """
      \(title)\(figure)<div class="pair">\(facts(machine))\(limits(machine))</div>

      """
  }

  private func facts(_ machine: ReportMachine) -> Markup {
    var table = HTMLTable("Facts that decide timings", [.text("fact"), .text("value")])
    if let fingerprint = machine.fingerprint {
      for field in fingerprint.fields {
        table.add(["\(field.name)", "\(field.value.replacing(", ", with: " · "))"])
      }
    } else {
      let isas = Set(data.series.filter { $0.machine == machine.id }.map(\.isa)).sorted()
      table.add(["cpu", "\(machine.cpu)"])
      table.add(["cores", "\(machine.cores)"])
      table.add(["isa used", "\(isas.map(ReportText.isa).joined(separator: ", "))"])
    }
    table.add(["id", "<code>\(machine.id)</code>"])
    let note: Markup =
      machine.fingerprint == nil
      ? """
      <p class="note">Caches are not in the CSV files; a calibration or a plan of this machine in the \
      results folder would add them.</p>
      """ : ""
    return "<div class=\"facts\">\(table.markup)\(note)</div>"
  }

  private func limits(_ machine: ReportMachine) -> Markup {
    guard let calibration = machine.calibration else {
      return """
        <p class="note">Bandwidths are unknown: copy the file that <code>convbench calibrate</code> \
        writes (<code>calibration-\(machine.id).json</code>) into the results folder.</p>
        """
    }
    var table = HTMLTable(
      "Measured limits, \(calibration.time.prefix(10))",
      [.text("limit"), .number("threads"), .number("value")])
    for peak in calibration.peaks {
      table.add([
        "FMA peak, \(peak.instructionSet.title)", "\(peak.threads)",
        "\(NumberText.gflops(peak.gflops)) GFLOP/s",
      ])
    }
    for group in calibration.bandwidths {
      for level in group.levels {
        table.add([
          "load from \(level.name)", "\(group.threads)",
          "\(NumberText.significant(level.load)) GB/s",
        ])
      }
    }
    return "<div>\(table.markup)</div>"
  }
}

/// Boxes within boxes: packages, the outermost shared caches, cores with their own caches.
struct MachinePicture {
  private let machine: ReportMachine

  init(_ machine: ReportMachine) { self.machine = machine }

  private static let coreWidth = 92.0
  private static let gap = 8.0
  private static let width = 1000.0

  var drawing: Drawing {
    let shape = machine.shape
    let caches = shape.caches.filter { !$0.isForInstructions }
    // A cache is a box around cores where cores share it, and a line in every core's box otherwise.
    let shared = caches.first { $0.cores > 1 || $0.name == "L3" }
    let own = caches.filter { $0 != shared }
    let cores = min(max(shape.cores, 1), 1024)
    let perGroup = min(max(shared?.cores ?? cores, 1), cores)
    let groups = (cores + perGroup - 1) / perGroup
    let packages = min(shape.packages, groups)
    let groupsPerPackage = (groups + packages - 1) / packages
    let layout = Layout(
      cores: cores, perGroup: perGroup, groups: groupsPerPackage, hasCache: shared != nil,
      lines: own.count)

    let packageHeight = layout.packageHeight
    let height = Double(packages) * (packageHeight + Self.gap) + 2
    let titles = (0..<packages).map { package in
      packages == 1
        ? packageTitle(cores)
        : "package \(package) · "
          + packageTitle(
            min(cores, (package + 1) * groupsPerPackage * perGroup)
              - min(cores, package * groupsPerPackage * perGroup))
    }
    let titleWidth = titles.map { TextWidth.of($0, size: 13, bold: true) }.max() ?? 0
    let used = min(max(layout.packageWidth + 2, titleWidth + 28), Self.width)
    var drawing = Drawing(
      width: used, height: height, title: "Topology of \(machine.name)",
      summary: "\(ReportText.count(packages, "package")) with \(ReportText.count(cores, "core"))"
        + (caches.isEmpty
          ? "; caches unknown"
          : "; " + caches.map { "\($0.count) × \($0.name) \($0.size)" }.joined(separator: ", ")))
    var remaining = cores
    var number = 0
    for package in 0..<packages {
      let top = Double(package) * (packageHeight + Self.gap) + 1
      drawing.rectangle(
        x: 1, y: top, width: used - 2, height: packageHeight, style: "box", radius: 6)
      drawing.text(
        titles[package], x: 13, y: top + 20, size: 13, style: "bold", limit: used - 26)
      for group in 0..<groupsPerPackage where remaining > 0 {
        let column = group % layout.groupColumns
        let row = group / layout.groupColumns
        let x = 1 + Self.gap + Double(column) * (layout.groupWidth + Self.gap)
        let y = top + 30 + Double(row) * (layout.groupHeight + Self.gap)
        if let shared {
          drawing.rectangle(
            x: x, y: y, width: layout.groupWidth, height: layout.groupHeight, style: "inner",
            radius: 5)
          drawing.text(
            "\(shared.name) \(shared.size)", x: x + 9, y: y + 17, size: 12, style: "soft",
            limit: layout.groupWidth - 18)
        }
        for index in 0..<min(perGroup, remaining) {
          let inset = shared == nil ? 0 : Self.gap
          draw(
            core: number, own: own, into: &drawing,
            x: x + inset + Double(index % layout.columns) * (Self.coreWidth + 6),
            y: y + (shared == nil ? 0 : 25) + Double(index / layout.columns)
              * (layout.coreHeight + 6), height: layout.coreHeight)
          number += 1
        }
        remaining -= min(perGroup, remaining)
      }
    }
    return drawing
  }

  private func draw(
    core: Int, own: [MachineShape.Caches], into drawing: inout Drawing, x: Double, y: Double,
    height: Double
  ) {
    drawing.rectangle(
      x: x, y: y, width: Self.coreWidth, height: height, style: "box", radius: 4)
    drawing.text(
      "core \(core)", x: x + 8, y: y + 16, size: 11.5, style: "bold", limit: Self.coreWidth - 12)
    for (line, cache) in own.enumerated() {
      drawing.text(
        "\(cache.name) \(cache.size)", x: x + 8, y: y + 32 + Double(line) * 15, size: 11,
        style: "soft", limit: Self.coreWidth - 12)
    }
  }

  private func packageTitle(_ cores: Int) -> String {
    var parts = [machine.cpu.isEmpty ? machine.name : machine.cpu]
    parts.append(ReportText.count(cores, "core"))
    let threads = machine.shape.threadsPerCore
    if threads > 1 { parts.append("\(threads) hardware threads each") }
    return parts.joined(separator: " · ")
  }

  /// How many cores and groups stand side by side.
  private struct Layout {
    let columns: Int
    let groupColumns: Int
    let coreHeight: Double
    let groupWidth: Double
    let groupHeight: Double
    let packageWidth: Double
    let packageHeight: Double

    init(cores: Int, perGroup: Int, groups: Int, hasCache: Bool, lines: Int) {
      let inset = hasCache ? MachinePicture.gap : 0
      let usable = MachinePicture.width - 4 * MachinePicture.gap
      let fitting = Int((usable - 2 * inset) / (MachinePicture.coreWidth + 6))
      // Wide groups are as square as they can be, so that several stand side by side.
      let wish = perGroup <= 4 || groups == 1 ? perGroup : Int(Double(perGroup).squareRoot() * 1.4)
      // Rows of one length.
      let least = max(1, min(wish, fitting))
      let rowCount = (perGroup + least - 1) / least
      columns = (perGroup + rowCount - 1) / rowCount
      coreHeight = 24 + 15 * Double(lines)
      let rows = (perGroup + columns - 1) / columns
      groupWidth = Double(columns) * (MachinePicture.coreWidth + 6) - 6 + 2 * inset
      groupHeight = Double(rows) * (coreHeight + 6) - 6 + (hasCache ? 25 + MachinePicture.gap : 0)
      groupColumns = max(
        1, min(groups, Int((usable + MachinePicture.gap) / (groupWidth + MachinePicture.gap))))
      let groupRows = (groups + groupColumns - 1) / groupColumns
      packageWidth = Double(groupColumns) * (groupWidth + MachinePicture.gap) + MachinePicture.gap
      packageHeight = 30 + Double(groupRows) * (groupHeight + MachinePicture.gap)
    }
  }
}
