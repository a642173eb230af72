import Base
import Convolution
import Foundation
import KernelLibrary
import Results
import Topology

/// How the report names things.
enum ReportText {
  static func positive(_ value: Double?) -> Double? {
    value.flatMap { $0.isFinite && $0 > 0 && $0 < 1e9 ? $0 : nil }
  }

  /// A sign behind numbers that are to be taken with care.
  static func mark(_ validity: String) -> String {
    if validity.hasPrefix("invalid") { return "!" }
    return validity.hasPrefix("valid") ? "" : "≈"
  }

  static func worst(_ marks: [String]) -> String {
    marks.contains("!") ? "!" : marks.contains("≈") ? "≈" : ""
  }

  static let markLegend = "≈ noisy, ! invalid (slowed or disturbed while it ran)"

  /// With room to break lines.
  static func configuration(_ configuration: Configuration) -> String {
    configuration.description.replacing(",", with: ", ")
  }

  static func isa(_ raw: String) -> String {
    raw.isEmpty ? "ISA unknown" : InstructionSet(rawValue: raw)?.title ?? raw
  }

  static func threads(_ count: Int) -> String { count == 1 ? "1 thread" : "\(count) threads" }

  /// Milliseconds with three digits and the unit.
  static func ms(_ value: Double) -> String {
    value < 0.0995
      ? NumberText.significant(value * 1000, digits: 3) + " µs"
      : NumberText.significant(value, digits: 3) + " ms"
  }

  static func factor(_ value: Double) -> String {
    NumberText.significant(value, digits: value < 1 ? 2 : 3) + " ×"
  }

  /// `1 machine`, `2 machines`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(NumberText.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// Some names, and how many more.
  static func list(_ names: [String], most: Int = 3) -> String {
    let shown = names.prefix(most).joined(separator: ", ")
    return names.count > most ? "\(shown) and \(names.count - most) more" : shown
  }
}

extension ConvolutionProblem {
  /// Operations of the definition, also where a file names a problem with more than fit into `Int`.
  var work: Double { 2 * Double(outputShape.count) * Double(reductionLength) }
}

extension ReportData.Network {
  /// The name, and what is not as usual about it.
  func label(among all: [ReportData.Network]) -> String {
    var text = name
    let same = all.filter { $0.name == name }
    if Set(same.map { [$0.resolution, $0.width] }).count > 1 {
      text += width == resolution ? " \(resolution)²" : " \(resolution)×\(width)"
    }
    if batch != 1 || Set(same.map(\.batch)).count > 1 { text += " ×\(batch)" }
    return text
  }
}

/// Names for series that say no more than what tells them apart.
struct SeriesNames {
  private let all: [ReportData.Series]
  private let machines: [ReportMachine]
  private let shorts: [ReportData.Series: String]

  init(_ data: ReportData, of series: [ReportData.Series]) {
    all = series
    machines = data.machines
    let machines = machines
    func differ(_ value: (ReportData.Series) -> String) -> Bool { Set(series.map(value)).count > 1 }
    let byMachine = differ(\.machine)
    let byTool = differ(\.tool)
    let byThreads = differ { "\($0.threads)" }
    var names: [ReportData.Series: String] = [:]
    for one in series {
      var parts: [String] = []
      if byMachine { parts.append(Self.tag(one, machines)) }
      if byTool, one.tool != RunIdentity.convbench { parts.append(one.tool) }
      if byThreads { parts.append("\(one.threads)T") }
      names[one] = parts.joined(separator: " ")
    }
    // What else they differ in is said only where two would have one name.
    for detail in [\ReportData.Series.isa, \.choice, \.binding] {
      for (_, members) in Dictionary(grouping: series, by: { names[$0] ?? "" })
      where Set(members.map { $0[keyPath: detail] }).count > 1 {
        for one in members where !one[keyPath: detail].isEmpty {
          let text = detail == \.isa ? ReportText.isa(one.isa) : one[keyPath: detail]
          let name = names[one] ?? ""
          names[one] = name.isEmpty ? text : "\(name) \(text)"
        }
      }
    }
    shorts = names.mapValues { $0.isEmpty ? RunIdentity.convbench : $0 }
  }

  /// In full.
  func long(_ series: ReportData.Series) -> String {
    let machine = machines.first { $0.id == series.machine }?.name ?? series.machine
    var parts = [machine, series.tool, ReportText.threads(series.threads)]
    if !series.isa.isEmpty { parts.append(ReportText.isa(series.isa)) }
    if series.choice != "plan", !series.choice.isEmpty, series.choice != series.tool {
      parts.append(series.choice)
    }
    if Set(all.map(\.binding)).count > 1, !series.binding.isEmpty {
      parts.append("bind \(series.binding)")
    }
    return parts.joined(separator: " · ")
  }

  /// Only what tells the series apart: machines by their letters, other tools by their names.
  func short(_ series: ReportData.Series) -> String { shorts[series] ?? series.tool }

  private static func tag(_ series: ReportData.Series, _ machines: [ReportMachine]) -> String {
    machines.first { $0.id == series.machine }?.tag ?? series.machine
  }
}
