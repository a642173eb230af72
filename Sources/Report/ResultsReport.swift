import Base
import Convolution
import Foundation
import Topology

/// The report over a results folder, as one HTML file (docs/report.md).
public struct ResultsReport {
  private let data: ReportData
  private let races: [LayerRace]
  private let transfers: [Transfer]
  private let date: Date

  /// - Parameter here: the machine this runs on; its caches are drawn though no file has them.
  /// - Throws: `ReportError`, one line, for numbers that no measurement gives; `StoreError` for races
  ///   that cannot be read.
  public init(
    _ folder: ResultsFolder, here: MachineFingerprint? = nil, date: Date = Date()
  ) throws {
    let data = try ReportData(folder, here: here)
    self.data = data
    let stored = try FolderRaces(folder)
    races = try stored?.layers() ?? []
    transfers = try stored.map { try Transfer.all(data, $0) } ?? []
    self.date = date
  }

  public var page: HTMLPage {
    HTMLPage(
      title: "Convolution benchmark report", lead: lead,
      sections: [
        OverviewSection(data: data).section, RatioSection(data: data).section,
        DecisionsSection(data: data, races: races).section,
        RooflineSection(data: data).section, ScalingSection(data: data).section,
        TransferSection(transfers: transfers).section, TimelineSection(data: data).section,
        ConvergenceSection(data: data, races: races).section, SamplesSection(data: data).section,
        NetworksSection(data: data).section,
        StrategySection(data: data).section, WinnersSection(data: data).section,
        ArithmeticSection(data: data).section, MachineSection(data: data).section,
      ].compactMap(\.self),
      footer: """
        convbench \(ToolVersion.current), \(date.formatted(.iso8601)), from \
        \(ReportText.count(data.folder.files.count, "file")) in <code>\(data.folder.path)</code>: \
        \(ReportText.list(data.folder.files, most: 6)).
        """)
  }

  private var lead: Markup {
    let names = data.machines.map { $0.cpu.isEmpty ? $0.name : "\($0.name) (\($0.cpu))" }
    return """
      The fastest algorithm of every layer, the networks that are made of them, and how far both are \
      from what the hardware can do. Measured on \(ReportText.list(names)).
      """
  }
}

/// What there is, in a row of figures.
struct OverviewSection {
  let data: ReportData

  var section: HTMLPage.Section {
    HTMLPage.Section(id: "overview", title: "At a glance", content: content)
  }

  private var content: Markup {
    var tiles: [(name: String, value: String, detail: String)] = [
      ("machines", "\(data.machines.count)", ""),
      (
        "networks", "\(Set(data.networks.map(\.name)).count)",
        Set(data.networks.map(\.name)).count == data.networks.count
          ? "" : "\(data.networks.count) with batches and sizes"
      ),
      ("configurations", "\(data.series.count)", "tool × threads × instruction set"),
      ("runs", NumberText.grouped(data.runs.count), validity),
      ("layers timed", NumberText.grouped(data.layers.count), "in the running networks"),
    ]
    if let period { tiles.append(("measured", period.0, period.1)) }
    let items = tiles.map { tile -> Markup in
      let detail: Markup = tile.detail.isEmpty ? "" : "<small>\(tile.detail)</small>"
      return "<div><dt>\(tile.name)</dt><dd>\(tile.value)\(detail)</dd></div>\n"
    }
    return "<dl class=\"tiles\">\(items)</dl>\n\(highlights)"
  }

  private var validity: String {
    let marks = data.runs.map(\.mark)
    let doubtful = [
      (marks.count { $0 == "≈" }, "noisy"), (marks.count { $0 == "!" }, "invalid"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return doubtful.isEmpty ? "all valid" : doubtful.joined(separator: ", ")
  }

  private var period: (String, String)? {
    let days = data.runs.map { String($0.time.prefix(10)) }.filter { !$0.isEmpty }
    guard let first = days.min(), let last = days.max() else { return nil }
    return first == last ? (first, "UTC") : (last, "since \(first), UTC")
  }

  /// The answers in words.
  private var highlights: Markup {
    var lines: [Markup] = []
    let sure = data.runs.filter { $0.mark != "!" && $0.peak != nil }
    if let best = sure.max(by: { share($0) < share($1) }),
      let worst = sure.min(by: { share($0) < share($1) }), sure.count > 1
    {
      lines.append(
        """
        <li>Closest to the FMA peak, in operations of the definition: <b>\(name(best))</b> with \
        \(NumberText.percent(share(best))) (above 100 % because Winograd multiplies less); furthest: \
        <b>\(name(worst))</b> with \(NumberText.percent(share(worst))).</li>

        """)
    }
    let convolutions = data.layers.filter(\.isConvolution)
    let total = data.layers.reduce(0) { $0 + $1.ms }
    if total > 0, !convolutions.isEmpty {
      let groups = Dictionary(grouping: convolutions, by: \.strategy)
        .mapValues { $0.reduce(0) { $0 + $1.ms } / total }
        .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let text = groups.prefix(3).map { "\($0.key) \(NumberText.percent($0.value))" }
        .joined(separator: ", ")
      lines.append("<li>Of all time in layers: \(text).</li>\n")
    }
    return lines.isEmpty ? "" : "<ul>\(lines)</ul>"
  }

  private func share(_ run: ReportData.Run) -> Double { run.peak.map { run.gflops / $0 } ?? 0 }

  private func name(_ run: ReportData.Run) -> String {
    let network = run.network.label(among: data.networks)
    guard data.series.count > 1 else { return network }
    return "\(network) (\(SeriesNames(data, of: data.series).short(run.series)))"
  }
}
