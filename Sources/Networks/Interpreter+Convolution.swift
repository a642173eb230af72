import Base
import Convolution
import Workers

// Convolution over a copy of the input with its zero border, so that every tap is a plain load.
//
// Invariants of the unsafe code: `padded` holds `batch * inputChannels` planes of
// `rows * pitch` values, enough for the last tap of the last output pixel; every task writes the
// output planes of its own channels only; all buffers outlive `Parallel.perform`, which returns
// when all tasks have.

extension Interpreter {
  /// Output channels that share the loads of an input row.
  private static let block = 4
  /// Output values at a time: `block` times as many sums stay in the first-level cache.
  private static let chunk = 512

  package static func convolution(
    _ x: [Double], _ problem: ConvolutionProblem, _ parameters: NodeParameters,
    _ stop: StopCheck = .never
  ) -> [Double] {
    let pitch = max(
      problem.paddingLeft + problem.input.width,
      (problem.output.width - 1) * problem.stride.width + problem.reach.width)
    let rows = max(
      problem.paddingTop + problem.input.height,
      (problem.output.height - 1) * problem.stride.height + problem.reach.height)
    let planes = problem.batch * problem.inputChannels
    var padded = [Double](repeating: 0, count: planes * rows * pitch)
    for plane in 0..<planes {
      for y in 0..<problem.input.height {
        let source = (plane * problem.input.height + y) * problem.input.width
        let target = (plane * rows + y + problem.paddingTop) * pitch + problem.paddingLeft
        padded.replaceSubrange(
          target..<target + problem.input.width, with: x[source..<source + problem.input.width])
      }
    }
    let perGroup = problem.outputChannelsPerGroup
    let width = perGroup % block == 0 ? block : 1
    let tasks = problem.batch * problem.outputChannels / width
    let job = Job(problem: problem, parameters: parameters, pitch: pitch, rows: rows)
    return [Double](unsafeUninitializedCapacity: problem.outputShape.count) { output, count in
      nonisolated(unsafe) let output = output
      padded.withUnsafeBufferPointer { padded in
        nonisolated(unsafe) let padded = padded
        Parallel.perform(iterations: tasks) { task in
          // Nobody sees what is missing then: `visit` throws.
          guard !stop.isRequested() else { return }
          job.run(padded, output, firstPlane: task * width, channels: width)
        }
      }
      count = problem.outputShape.count
    }
  }

  /// A convolution whose kernel is the whole input: one dot product per output.
  static func product(
    _ x: [Double], _ problem: ConvolutionProblem, _ parameters: NodeParameters,
    _ stop: StopCheck = .never
  ) -> [Double] {
    let length = problem.reductionLength
    let tasks = problem.batch * problem.outputChannels
    return [Double](unsafeUninitializedCapacity: tasks) { output, count in
      nonisolated(unsafe) let output = output
      Parallel.perform(iterations: tasks) { task in
        guard !stop.isRequested() else { return }
        let (image, channel) = task.quotientAndRemainder(dividingBy: problem.outputChannels)
        let sum = x.withUnsafeBufferPointer { x in
          parameters.weights.withUnsafeBufferPointer { weights in
            dot(x.baseAddress! + image * length, weights.baseAddress! + channel * length, length)
          }
        }
        output.initializeElement(
          at: task,
          to: sum + (parameters.bias.isEmpty ? 0 : Double(parameters.bias[channel])))
      }
      count = tasks
    }
  }

  private static func dot(_ x: UnsafePointer<Double>, _ w: UnsafePointer<Float>, _ count: Int)
    -> Double
  {
    var sums = SIMD4<Double>.zero
    var i = 0
    while i + 4 <= count {
      sums +=
        SIMD4(x[i], x[i + 1], x[i + 2], x[i + 3])
        * SIMD4(Double(w[i]), Double(w[i + 1]), Double(w[i + 2]), Double(w[i + 3]))
      i += 4
    }
    var sum = sums.sum()
    while i < count {
      sum += x[i] * Double(w[i])
      i += 1
    }
    return sum
  }

  private struct Job: Sendable {
    let problem: ConvolutionProblem
    let parameters: NodeParameters
    let pitch: Int
    let rows: Int

    /// Computes `channels` output planes of one group of one image.
    func run(
      _ padded: UnsafeBufferPointer<Double>, _ output: UnsafeMutableBufferPointer<Double>,
      firstPlane: Int, channels: Int
    ) {
      let (image, channel) = firstPlane.quotientAndRemainder(dividingBy: problem.outputChannels)
      let group = channel / problem.outputChannelsPerGroup
      let input =
        padded.baseAddress!
        + (image * problem.inputChannels + group * problem.inputChannelsPerGroup)
        * rows * pitch
      let sums = UnsafeMutablePointer<Double>.allocate(capacity: channels * chunk)
      defer { sums.deallocate() }
      let target = output.baseAddress! + firstPlane * problem.output.count

      // At stride 1 a run goes on over the ends of rows; what it sums there is left out below.
      let flat = problem.stride == Extent(1)
      let rowsOfRuns = flat ? 1 : problem.output.height
      let length =
        flat
        ? (problem.output.height - 1) * pitch + problem.output.width : problem.output.width
      for row in 0..<rowsOfRuns {
        for start in stride(from: 0, to: length, by: chunk) {
          let count = min(chunk, length - start)
          let origin =
            input + row * problem.stride.height * pitch + start * problem.stride.width
          accumulate(origin, sums, channel: channel, channels: channels, count: count)
          for c in 0..<channels {
            let plane = target + c * problem.output.count
            for i in 0..<count {
              let value = sums[c * chunk + i]
              guard flat else {
                plane[row * problem.output.width + start + i] = value
                continue
              }
              let (y, x) = (start + i).quotientAndRemainder(dividingBy: pitch)
              if x < problem.output.width { plane[y * problem.output.width + x] = value }
            }
          }
        }
      }
    }

    private func accumulate(
      _ input: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>, channel: Int,
      channels: Int, count: Int
    ) {
      for c in 0..<channels {
        let bias = parameters.bias.isEmpty ? 0 : Double(parameters.bias[channel + c])
        (sums + c * chunk).update(repeating: bias, count: count)
      }
      let length = problem.reductionLength
      parameters.weights.withUnsafeBufferPointer { weights in
        var w = weights.baseAddress! + channel * length
        for c in 0..<problem.inputChannelsPerGroup {
          for r in 0..<problem.kernel.height {
            for s in 0..<problem.kernel.width {
              let x =
                input + (c * rows + r * problem.dilation.height) * pitch
                + s * problem.dilation.width
              if channels == block {
                addFour(
                  sums, x, step: problem.stride.width, count: count,
                  (Double(w[0]), Double(w[length]), Double(w[2 * length]), Double(w[3 * length])))
              } else {
                addOne(sums, x, step: problem.stride.width, count: count, Double(w[0]))
              }
              w += 1
            }
          }
        }
      }
    }

    private func addOne(
      _ sums: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Double>, step: Int, count: Int,
      _ w: Double
    ) {
      if step == 1 {
        for i in 0..<count { sums[i] += w * x[i] }
      } else {
        for i in 0..<count { sums[i] += w * x[i &* step] }
      }
    }

    private func addFour(
      _ sums: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Double>, step: Int, count: Int,
      _ w: (Double, Double, Double, Double)
    ) {
      let (a, b, c, d) = (sums, sums + chunk, sums + 2 * chunk, sums + 3 * chunk)
      if step == 1 {
        for i in 0..<count {
          let value = x[i]
          a[i] += w.0 * value
          b[i] += w.1 * value
          c[i] += w.2 * value
          d[i] += w.3 * value
        }
      } else {
        for i in 0..<count {
          let value = x[i &* step]
          a[i] += w.0 * value
          b[i] += w.1 * value
          c[i] += w.2 * value
          d[i] += w.3 * value
        }
      }
    }
  }
}
