import Measurement
import Results

extension RunReport {
  public var networkRow: NetworkRow {
    var row = NetworkRow()
    row.identity = identity
    row.samples = latency.count
    row.discarded = discarded
    row.medianMs = latency.median
    row.lowMs = latency.interval.low
    row.highMs = latency.interval.high
    row.minimumMs = latency.minimum
    row.p90Ms = latency.p90
    row.p99Ms = latency.p99
    row.imagesPerSecond = imagesPerSecond
    row.gflops = gflops
    row.peakGflops = peakGflops
    row.percentOfPeak = 100 * shareOfPeak
    row.weightBytes = memory.weightBytes
    row.arenaBytes = memory.arenaBytes
    row.workspaceBytes = memory.workspaceBytes
    row.residentBytes = residentBytes
    row.startUpMs = startUpSeconds.map { 1000 * $0 }
    row.noiseFloorPercent = noiseFloor.map { 100 * $0 }
    row.samplesMs = SampleList(samples)
    row.validity = validity
    row.precisionTargetPercent = precision.map { 100 * $0.target }
    row.isPrecise = precision?.isReached
    return row
  }

  /// One per step and one for what is between them; their shares sum to 1.
  public var layerRows: [LayerRow] {
    let total = profiledMs
    let rest = LayerTiming(
      name: "between layers", kind: "between", ms: betweenMs, samples: betweenSamples)
    return (layers + [rest]).enumerated().map { index, layer in
      var row = LayerRow()
      row.identity = identity
      row.layer = index
      row.name = layer.name
      row.kind = layer.kind
      row.problem = layer.workload?.problem.description ?? ""
      row.epilogue = layer.workload?.epilogue.description ?? ""
      row.strategy = layer.candidate?.strategy ?? ""
      row.configuration = layer.candidate?.configuration.description ?? ""
      row.block = BlockLayers(
        layer.block.map {
          BlockLayers.Layer(problem: "\($0.problem)", epilogue: "\($0.epilogue)")
        })
      row.samples = profiles
      row.ms = layer.ms
      row.share = total > 0 ? layer.ms / total : 0
      row.gflops = layer.gflops
      row.peakGflops = peakGflops
      row.percentOfPeak = layer.gflops.map { 100 * $0 / peakGflops }
      row.noiseFloorPercent = noiseFloor.map { 100 * $0 }
      row.samplesMs = SampleList(layer.samples)
      row.validity = validity
      return row
    }
  }

  /// Appends the run to both files of a results folder.
  ///
  /// - Returns: the paths.
  /// - Throws: `FileError` or `CSVError`.
  @discardableResult
  public func append(to folder: String) throws -> [String] {
    try ResultFiles.append(networkRow, layerRows, folder: folder)
  }
}
