import Convolution
import Foundation
import Measurement
import Testing
import Topology

@testable import Report
@testable import Results

struct ReportPageTests {
  typealias Fixture = ResultsFixture

  @Test func interpolatedTextIsEscapedAndMarkupIsNot() {
    let name = "<script>alert('&\"')</script>\u{0}\u{202e}"
    let escaped = "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;\u{fffd}\u{fffd}"
    let inner: Markup = "<b>\(name)</b>"
    #expect(inner.text == "<b>\(escaped)</b>")
    #expect(("<i>\([inner, inner])</i>" as Markup).text == "<i>\(inner.text)\(inner.text)</i>")
    #expect(("\(1.25)\(-0.04)\(-2.5)\(Double.nan)\(1e300)\(7)" as Markup).text == "1.30-2.5007")
  }

  /// Names with tags everywhere a file may hold text.
  @Test func namesFromFilesCannotBecomeTags() throws {
    let fixture = try Fixture()
    let bad = "<script>alert(1)</script>\"'><img src=x>"
    var identity = Fixture.identity(network: bad)
    identity.machine = bad
    identity.machineID = bad
    identity.cpu = bad
    identity.isa = bad
    identity.choice = bad
    identity.time = bad
    identity.run = bad
    identity.tool = bad
    var network = Fixture.network(identity, ms: 1)
    var other = Fixture.network(identity, ms: 2)
    other.identity.threads = 7
    var layer = Fixture.layer(
      identity, 0, problem: "mb1ic16ih8oc16oh8kh3ph1", strategy: bad, ms: 1, configuration: bad)
    layer.name = bad
    layer.kind = bad
    layer.epilogue = bad
    network.identity.toolVersion = bad
    try fixture.append([network, other], "<img src=x>/networks.csv")
    try fixture.append([layer], "<img src=x>/layers.csv")
    let text = try ResultsReport(ResultsFolder(path: fixture.path)).page.text
    #expect(!text.replacing("<script>\(HTMLScript.text)</script>", with: "").contains("<script"))
    #expect(!text.contains("<img"))
    #expect(text.contains("&lt;script&gt;alert(1)"))
    expectBalance(text)
  }

  @Test func aPageOfEverythingIsBalancedAndLinksToNothing() throws {
    let fixture = try Self.large()
    let text = try ResultsReport(ResultsFolder(path: fixture.path)).page.text
    expectBalance(text)
    #expect(!text.contains("http://") && !text.contains("https://"))
    #expect(text.ranges(of: "<script").count == 1)
    for id in [
      "overview", "compare", "roofline", "scaling", "timeline", "networks", "strategies", "winners",
      "arithmetic", "machines",
    ] {
      #expect(text.contains("<section id=\"\(id)\""))
    }
  }

  @Test func noTextLeavesItsDrawing() throws {
    let data = try Self.large().data()
    let names = SeriesNames(data, of: data.series)
    var drawings = data.machines.map { MachinePicture($0).drawing }
    for network in data.networks {
      drawings.append(
        LatencyPanel(
          network: network.name, runs: data.runs.filter { $0.network == network },
          names: names, styles: [:]
        ).drawing)
    }
    drawings.append(
      SpeedChart(runs: data.runs.filter { $0.series == data.series[0] }, data: data, name: "x")
        .drawing)
    for series in data.layerSeries {
      let points = RooflinePoint.all(data, series)
      #expect(!points.isEmpty)
      let machine = data.machines.first { $0.id == series.machine }
      drawings.append(
        RooflineChart(name: "x", points: points, roofs: Roofs(series, points, machine)).drawing)
      let parts = StrategyShares.parts(data.layers)
      drawings.append(StrategyShares(data, series, parts, width: 490).drawing("x"))
    }
    let pairs = ArithmeticPoint.all(data)
    #expect(pairs.map(\.gained) == [10_000])
    drawings.append(ArithmeticChart(points: pairs).drawing)
    drawings.append(
      SummaryChart(
        rows: (0..<5).map {
          SummaryChart.Row(
            name: String(repeating: "W", count: 10 * $0 + 1), speed: 1, least: 0.5,
            most: pow(10, Double($0)), networks: 41, style: "f0")
        }, base: String(repeating: "W", count: 80)
      ).drawing)
    drawings += try Self.adaptive(data)
    for drawing in drawings {
      #expect(drawing.overflows == [], "\(drawing.title)")
      #expect(!drawing.texts.isEmpty)
    }
  }

  /// Those that are drawn for wide windows and for telephones.
  private static func adaptive(_ data: ReportData) throws -> [Drawing] {
    let names = SeriesNames(data, of: data.series)
    let sides = data.layerSeries.map { series in
      let points = RooflinePoint.all(data, series)
      return MachinesRoofline.Side(
        name: "A", points: points,
        roofs: Roofs(series, points, data.machines.first { $0.id == series.machine }))
    }
    let ratios = RatioSection.pairs(data).map { RatioChart($0.comparison) }
    #expect(!ratios.isEmpty)
    let scaling = ScalingSection.groups(data).map { ScalingChart($0.rows, .threads) }
    #expect(scaling.contains { !$0.lines.isEmpty })
    let samples = SamplesChart(
      data.runs.map { run in
        var run = run
        run.measured.samples = [run.median, run.median * 1.01, run.median * 9, run.median / 9]
        return run
      }, data)
    let convergence = ConvergenceChart([try AnswersTests.race()], [:])
    return [360.0, 860].flatMap { width -> [Drawing] in
      var drawings = [
        MachinesRoofline(sides).drawing(width: width), samples.drawing(width: width),
        convergence.drawing(width: width),
      ]
      drawings += ratios.map { $0.drawing(width: width) }
      drawings += scaling.filter { !$0.lines.isEmpty }.map { $0.drawing(width: width) }
      drawings += data.networks.map {
        TimelineChart(data, $0, data.layerSeries, names).drawing(width: width)
      }
      return drawings
    }
  }

  @Test func textIsShortenedToItsPlace() {
    let long = String(repeating: "wide ", count: 100_000)
    let shown = TextWidth.shortened(long, size: 12, to: 100)
    #expect(shown.hasSuffix("…") && TextWidth.of(shown, size: 12) <= 100 && shown.count > 8)
    #expect(TextWidth.shortened("fits", size: 12, to: 100) == "fits")
  }

  @Test func scalesHaveRoundTicksInside() {
    #expect(LinearScale(maximum: 47, from: 0, to: 100).ticks(about: 5) == [0, 10, 20, 30, 40])
    #expect(LinearScale(maximum: .infinity, from: 0, to: 100)(0.5) == 50)
    let scale = LogScale(low: 0.3, high: 30, from: 0, to: 100)
    #expect(scale.ticks == [0.5, 1, 2, 5, 10, 20])
    #expect(abs(scale(3) - 50) < 1e-9)
    #expect(scale(1e9) == 100 && scale(1e-9) == 0)
    #expect(TickText.of(0.05) == "0.05" && TickText.of(2000) == "2000" && TickText.of(0) == "0")
  }

  // MARK: Help

  /// Two machines, six series, awkward names, very large and very small numbers.
  static func large() throws -> ResultsFixture {
    let fixture = try Fixture()
    var networks: [NetworkRow] = []
    var layers: [LayerRow] = []
    let names = ["lenet5", "resnet50", String(repeating: "M", count: 200)]
    for machine in ["m1", "m2"] {
      for threads in [1, 2, 64] {
        for (index, name) in names.enumerated() {
          let identity = Fixture.identity(
            machine: machine, threads: threads, isa: "some-future-isa", network: name,
            run: "\(machine)\(threads)\(index)")
          let ms = pow(1000, Double(index - 1)) * 1.234567
          networks.append(Fixture.network(identity, ms: ms, gflops: 123456.789))
          for (layer, strategy) in ["direct", "winograd", "new", "depthwise"].enumerated() {
            layers.append(
              Fixture.layer(
                identity, layer, problem: "mb1ic16ih\(8 + layer)oc16oh\(8 + layer)kh3ph1",
                strategy: strategy, ms: ms / 4, configuration: layer == 1 ? "m=4" : ""))
            layers.append(
              Fixture.layer(identity, 9, problem: "", strategy: "", ms: ms / 10))
          }
        }
      }
    }
    let dense = "mb1ic16ih30oc16oh30kh3ph1"
    for (choice, strategy, ms) in [("plan", "winograd", 0.0001), ("direct", "direct", 1)] {
      let identity = Fixture.identity(run: choice, choice: choice)
      layers.append(
        Fixture.layer(
          identity, 20, problem: dense, strategy: strategy, ms: ms, configuration: "m=6"))
      networks.append(Fixture.network(identity, ms: 2))
    }
    try fixture.append(networks, "a/networks.csv")
    try fixture.append(layers, "a/layers.csv")
    return fixture
  }

  /// Every tag is closed, in order.
  private func expectBalance(_ page: String) {
    var open: [Substring] = []
    let alone: Set<Substring> = ["meta", "!DOCTYPE", "br"]
    // What the script compares is no tag.
    let page = page.replacing(HTMLScript.text, with: "")
    for part in page.split(separator: "<").dropFirst(page.hasPrefix("<") ? 0 : 1) {
      let tag = part.prefix { $0 != ">" }
      let name = tag.prefix { !$0.isWhitespace && $0 != "/" }
      if tag.hasPrefix("/") {
        #expect(open.popLast() == tag.dropFirst(), "\(part.prefix(60))")
      } else if !alone.contains(name), !tag.hasSuffix("/") {
        open.append(name)
      }
    }
    #expect(open.isEmpty)
  }
}
