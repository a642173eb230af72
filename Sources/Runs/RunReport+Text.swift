import Base

extension RunReport {
  /// What `convbench run` prints: a line on what ran, latency, throughput, memory, validity.
  public var summary: String {
    let i = identity
    let times = latency
    var latencyText =
      "\(NumberText.milliseconds(times.median)) ms "
      + "[\(NumberText.milliseconds(times.interval.low)), "
      + "\(NumberText.milliseconds(times.interval.high))], "
      + "min \(NumberText.milliseconds(times.minimum))"
    if let p90 = times.p90 { latencyText += ", p90 \(NumberText.milliseconds(p90))" }
    if let p99 = times.p99 { latencyText += ", p99 \(NumberText.milliseconds(p99))" }
    var samples = "\(times.count) inferences, \(times.outliers) outliers"
    if discarded > 0 { samples += ", \(discarded) more left out: the machine was slowed" }
    let startUp = startUpSeconds.map { NumberText.milliseconds(1000 * $0) + " ms" } ?? "unknown"
    let threads = i.threads == 1 ? "1 thread" : "\(i.threads) threads"
    let binding = i.binding == "none" ? "unbound" : "bound to \(i.binding)"
    return """
      \(i.network), batch \(i.batch), \(i.resolution)×\(i.inputWidth ?? i.resolution), \(i.choice)
      \(i.cpu), \(threads) \(binding), \(i.isa)
      plan \(i.choices.plan): \(i.choices.strategies.replacing(":", with: " × "))

      latency     \(latencyText)
      samples     \(samples)
      throughput  \(NumberText.significant(imagesPerSecond)) images/s
      speed       \(NumberText.gflops(gflops)) GFLOP/s, \(NumberText.percent(shareOfPeak)) of \
      the \(NumberText.gflops(peakGflops)) measured beside it
      memory      weights \(NumberText.bytes(memory.weightBytes)), activations \
      \(NumberText.bytes(memory.arenaBytes)), workspace \(NumberText.bytes(memory.workspaceBytes)), \
      process \(NumberText.bytes(residentBytes))
      start-up    \(startUp) from the plan to the end of the first inference
      validity    \(validity)
      """ + precisionText
  }

  /// A line where a precision was asked for.
  private var precisionText: String {
    guard let precision else { return "" }
    return "\nprecision   ±\(NumberText.percent(precision.halfWidth)) of the median; "
      + "±\(NumberText.percent(precision.target)) was \(precision.isReached ? "" : "not ")reached"
  }

  /// A row per layer and a total.
  ///
  /// - Parameter limit: only so many, the slowest first; nil is all of them in order.
  public func layerTable(limit: Int? = nil) -> String {
    var table = TextTable([
      .left("layer"), .left("problem"), .left("strategy"), .right("ms"), .right("share %"),
      .right("GFLOP/s", drop: 1), .right("% of peak", drop: 2),
    ])
    let total = profiledMs
    let decimals = NumberText.decimals(for: total, digits: 5)
    func add(_ name: String, _ what: String, _ strategy: String, _ ms: Double, _ speed: Double?) {
      table.add([
        name, what, strategy, NumberText.fixed(ms, decimals: decimals),
        NumberText.percentNumber(ms / total),
        speed.map(NumberText.gflops) ?? "",
        speed.map { NumberText.percentNumber($0 / peakGflops) } ?? "",
      ])
    }
    let slowest = layers.sorted { $0.ms > $1.ms }
    let shown = limit.map { Array(slowest.prefix($0)) } ?? layers
    for layer in shown {
      add(
        layer.name, layer.workload?.problem.description ?? layer.kind,
        layer.candidate?.strategy ?? "", layer.ms, layer.gflops)
    }
    if shown.count < layers.count {
      let rest = layers.reduce(0) { $0 + $1.ms } - shown.reduce(0) { $0 + $1.ms }
      add("\(layers.count - shown.count) more layers", "", "", rest, nil)
    }
    add("between layers", "", "", betweenMs, nil)
    table.addRule()
    add("total", "", "", total, operations / total / 1e6)
    let deviation = total / latency.median - 1
    let note =
      abs(deviation) > 0.03
      ? "\nthe profiled total is \(NumberText.percent(deviation)) off the median latency" : ""
    return table.description + note
  }
}
