import Base
import Convolution
import Foundation
import Measurement

/// Every convolution as a point: what it computes per byte, and how fast.
struct RooflineSection {
  let data: ReportData

  var section: HTMLPage.Section {
    HTMLPage.Section(id: "roofline", title: "Roofline", content: content)
  }

  private var content: Markup {
    let shown = data.layerSeries
    let names = SeriesNames(data, of: data.series)
    let charts = shown.compactMap { series -> Markup? in
      let points = RooflinePoint.all(data, series)
      guard !points.isEmpty else { return nil }
      let machine = data.machines.first { $0.id == series.machine }
      let chart = RooflineChart(
        name: names.long(series), points: points, roofs: Roofs(series, points, machine))
      let missing: Markup =
        chart.roofs.levels.isEmpty
        ? """
         No calibration for \(ReportText.threads(series.threads)) of this machine is in the results \
        folder, so there are no bandwidth roofs.
        """ : ""
      return """
        <figure><figcaption><b>\(names.long(series))</b><br>\(points.count) different layers; the \
        name is in each point's tooltip.\(missing)</figcaption>
        \(chart.drawing.markup)</figure>
        \(table(series, names).folded("Networks of this chart as a table"))
        """
    }
    guard !charts.isEmpty else {
      return """
        <p class="absent">There is no convolution in layers.csv: <code>convbench run</code> and \
        <code>convbench suite</code> write it.</p>
        """
    }
    let strategies = StrategyStyle.sorted(
      data.layers.filter { $0.isConvolution && shown.contains($0.series) }.map(\.strategy))
    return """
      <p>Operations and bytes are those of the definition: input, weights and output moved once. A \
      point above the FMA peak is no error: Winograd multiplies less than the definition does. Equal \
      layers of a network are one point; those of invalid runs are pale. A fused block is one point: \
      what is between its layers is not moved.</p>
      \(together(names))\(data.omittedLayerSeries)\(StrategyStyle.legend(strategies, points: true))
      \(charts)
      """
  }

  /// All machines in one chart; nothing where only one has layers.
  private func together(_ names: SeriesNames) -> Markup {
    let sides = data.chiefs.compactMap { series -> MachinesRoofline.Side? in
      let points = RooflinePoint.all(data, series)
      guard !points.isEmpty else { return nil }
      let machine = data.machines.first { $0.id == series.machine }
      return MachinesRoofline.Side(
        name: machine?.tag ?? names.short(series), points: points,
        roofs: Roofs(series, points, machine))
    }
    guard sides.count > 1 else { return "" }
    let chart = MachinesRoofline(sides)
    let machines = data.chiefs.enumerated().map { index, series -> (name: String, shape: Markup) in
      let tag = data.machines.first { $0.id == series.machine }?.tag ?? ""
      return (
        "\(tag): \(names.long(series))",
        "\(MachinesRoofline.mark(index).shape(x: 7, y: 7, size: 5))/>"
      )
    }
    var table = HTMLTable(
      "The layers with numbers in the chart",
      [.text("layer")]
        + sides.flatMap { [.number("\($0.name) ms"), .number("\($0.name) GFLOP/s")] })
    for (number, layer) in chart.layers.enumerated() {
      table.add(
        ["\(number + 1) · \(layer.label)"]
          + layer.points.flatMap { point -> [Markup] in
            [
              "\(point.map { NumberText.significant($0.ms, digits: 3) } ?? "–")",
              "\(point.map { NumberText.gflops($0.gflops) } ?? "–")",
            ]
          })
    }
    return """
      <h3>All machines in one chart</h3>
      <p class="note">An arrow goes from a layer on \(sides[0].name) to the same layer elsewhere; the \
      numbered ones take the most time there, of a network three at most. Lines are the machines' limits: the FMA peak in \
      GFLOP/s, and the bandwidths of caches and memory in GB/s.</p>
      \(StrategyStyle.legend(machines))
      <figure>\(Figure.markup { chart.drawing(width: $0) })</figure>
      \(table.markup)
      <h3>Every machine by itself</h3>
      """
  }

  private func table(_ series: ReportData.Series, _ names: SeriesNames) -> HTMLTable {
    var table = HTMLTable(
      "Convolutions of each network, \(names.long(series))",
      [
        .text("network"), .number("convolutions"), .number("ms"), .number("of the network"),
        .number("GFLOP/s"), .number("% of peak"), .text("slowest layer"), .number("ms"),
        .number("GFLOP/s"),
      ])
    let layers = data.layers.filter { $0.series == series && $0.isConvolution && $0.ms > 0 }
    let groups = Dictionary(grouping: layers, by: \.network)
    for network in Set(layers.map(\.network)).sorted(by: { data.place($0) < data.place($1) }) {
      let members = groups[network] ?? []
      guard let slowest = members.max(by: { $0.ms < $1.ms }) else { continue }
      let ms = members.reduce(0) { $0 + $1.ms }
      let operations = members.reduce(0) { $0 + $1.work }
      let speed = operations / ms / 1e6
      let peak = members.first?.peak.map { NumberText.percentNumber(speed / $0) }
      table.add([
        "\(network.label(among: data.networks))",
        "\(members.reduce(0) { $0 + max($1.problems.count, 1) })",
        "\(NumberText.significant(ms))",
        "\(NumberText.percent(members.reduce(0) { $0 + $1.share }))",
        "\(NumberText.gflops(speed))", "\(peak ?? "–")",
        "\(slowest.name) <small>\(slowest.problems.map(\.description).joined(separator: " + "))</small>",
        "\(NumberText.significant(slowest.ms))",
        "\(NumberText.gflops(slowest.work / slowest.ms / 1e6))",
      ])
    }
    return table
  }
}

/// Equal convolutions, or equal fused blocks, of one network.
struct RooflinePoint {
  var network: String
  /// Of the first of them.
  var name: String
  var count: Int
  /// One, or those of a block in the order of execution.
  var problems: [ConvolutionProblem]
  var strategy: String
  /// Mean of one of them, milliseconds.
  var ms: Double
  var peak: Double?
  /// As `ReportData.Run.mark`.
  var mark: String

  /// Operations per byte.
  var intensity: Double { work / bytes }
  var work: Double { problems.reduce(0) { $0 + $1.work } }
  var gflops: Double { work / ms / 1e6 }

  /// Input of the first, output of the last, weights of all.
  private var bytes: Double {
    let all = problems.reduce(0) { $0 + Double($1.compulsoryBytes) }
    let between = problems.dropLast().reduce(0) { $0 + 8 * Double($1.outputShape.count) }
    return max(all - between, 4)
  }

  var label: String { "\(network) \(name)" }

  var tip: String {
    "\(network) · \(name)\(count > 1 ? " and \(count - 1) equal" : "")\n"
      + problems.map(\.description).joined(separator: " + ") + "\n\(strategy), "
      + "\(ReportText.ms(ms)), \(NumberText.gflops(gflops)) GFLOP/s"
      + (peak.map { ", \(NumberText.percent(gflops / $0)) of peak" } ?? "")
      + ", \(NumberText.significant(intensity, digits: 3)) FLOP/B"
      + (mark == "!" ? ", invalid run" : mark.isEmpty ? "" : ", noisy run")
  }

  private struct Key: Hashable {
    var network: ReportData.Network
    var problems: [ConvolutionProblem]
    var epilogue: String
    var strategy: String
  }

  /// Slowest first, so that small layers are drawn over large ones.
  static func all(_ data: ReportData, _ series: ReportData.Series) -> [RooflinePoint] {
    var order: [Key] = []
    var points: [Key: RooflinePoint] = [:]
    for layer in data.layers where layer.series == series && layer.ms > 1e-6 {
      guard !layer.problems.isEmpty else { continue }
      let key = Key(
        network: layer.network, problems: layer.problems, epilogue: layer.epilogue,
        strategy: layer.strategy)
      if var point = points[key] {
        point.ms = (point.ms * Double(point.count) + layer.ms) / Double(point.count + 1)
        point.count += 1
        points[key] = point
      } else {
        order.append(key)
        points[key] = RooflinePoint(
          network: layer.network.label(among: data.networks), name: layer.name, count: 1,
          problems: layer.problems, strategy: layer.strategy, ms: layer.ms, peak: layer.peak,
          mark: layer.mark)
      }
    }
    return order.compactMap { points[$0] }.sorted { $0.ms > $1.ms }
  }
}

/// What bounds a series: the FMA peak, and bandwidths where a calibration has them.
struct Roofs {
  struct Level {
    var name: String
    /// GB/s of all workers.
    var bandwidth: Double
  }

  /// GFLOP/s, the median over the runs; nil where no row has it.
  var peak: Double?
  /// Innermost first.
  var levels: [Level] = []

  init(_ series: ReportData.Series, _ points: [RooflinePoint], _ machine: ReportMachine?) {
    let peaks = points.compactMap(\.peak).sorted()
    let calibrated = machine?.calibration?.peaks.first {
      $0.threads == series.threads && $0.instructionSet.rawValue == series.isa
    }?.gflops
    peak = peaks.isEmpty ? calibrated : peaks[peaks.count / 2]
    levels =
      machine?.calibration?.bandwidths.first { $0.threads == series.threads }?.levels
      .map { Level(name: $0.name, bandwidth: $0.load) } ?? []
  }
}
