import Convolution
import KernelInterface
import KernelLibrary

/// Register tiles and depthwise runs against sums of products.
extension LeafCases {
  /// What surrounds the sums of a call.
  private struct Ends {
    var bias = false
    var residual = false
    var accumulate = false
    var activation = ActivationCode.none

    static let all = [
      Ends(), Ends(bias: true, residual: true, activation: .relu),
      Ends(accumulate: true, activation: .relu6), Ends(bias: true, activation: .tanh),
      Ends(residual: true),
    ]
    var name: String { "bias \(bias) residual \(residual) sums \(accumulate) \(activation)" }
  }

  /// Two tiles beside and two below one another, 2×3 taps that are two pixels apart, two blocks of
  /// input channels of which the last has four.
  func band(_ tile: TileShape, _ step: PixelStep, _ kernel: @escaping BandKernel) -> [LeafCase] {
    let block = step.isBlocked ? width : 1
    let stride =
      switch step {
      case .blocked1, .planar1: 1
      case .blocked2, .planar2: 2
      case .blocked, .planar: 3
      }
    let (kernelHeight, kernelWidth, dilation, strideRows) = (2, 3, 2, 2)
    let (pixels, rows, columns) = (2 * tile.pixels, 2 * tile.rows, tile.columns)
    let channels = step.isBlocked ? [width, 4] : [1, 1]
    let rowPitch = ((pixels - 1) * stride + (kernelWidth - 1) * dilation + 2) * block
    let planePitch = (((rows - 1) * strideRows + kernelHeight) * rowPitch + 15) / 16 * 16
    let lanes = columns * width
    var random = SmallIntegers()
    let input = GuardedFloats(2 * planePitch)
    let weights = GuardedFloats(2 * kernelHeight * kernelWidth * block * lanes)
    for b in 0..<2 {
      for c in 0..<channels[b] {
        for y in 0...(rows - 1) * strideRows + kernelHeight - 1 {
          for x in 0...(pixels - 1) * stride + (kernelWidth - 1) * dilation {
            input[b * planePitch + y * rowPitch + x * block + c] = random.next()
          }
        }
        for tap in 0..<kernelHeight * kernelWidth {
          for lane in 0..<lanes {
            weights[((b * kernelHeight * kernelWidth + tap) * block + c) * lanes + lane] =
              random.next()
          }
        }
      }
    }
    let outputRow = (pixels + 1) * width
    let outputPlane = rows * outputRow + width
    let residualRow = (pixels + 2) * width
    let residualPlane = rows * residualRow + 3 * width
    let bias = GuardedFloats(random.array(lanes))
    let residual = GuardedFloats(random.array(columns * residualPlane))

    return Ends.all.map { ends in
      let output = GuardedFloats(columns * outputPlane)
      var expected: [Int: Double] = [:]
      let activation = Self.activation(ends.activation)
      for column in 0..<columns {
        for y in 0..<rows {
          for x in 0..<pixels {
            for lane in 0..<width {
              let k = column * width + lane
              let index = column * outputPlane + y * outputRow + x * width + lane
              var sum = ends.bias ? Double(bias[k]) : 0
              if ends.accumulate {
                output[index] = random.next()
                sum = Double(output[index])
              }
              for b in 0..<2 {
                for r in 0..<kernelHeight {
                  for s in 0..<kernelWidth {
                    let pixel =
                      b * planePitch + (y * strideRows + r) * rowPitch
                      + (x * stride + s * dilation) * block
                    let tap = (b * kernelHeight + r) * kernelWidth + s
                    for c in 0..<channels[b] {
                      sum += Double(input[pixel + c] * weights[(tap * block + c) * lanes + k])
                    }
                  }
                }
              }
              if ends.residual {
                sum += Double(
                  residual[column * residualPlane + y * residualRow + x * width + lane])
              }
              expected[index] = activation(sum)
            }
          }
        }
      }
      return LeafCase(
        name: ends.name, inputs: [input, weights, bias, residual], output: output,
        expected: expected, tolerance: ends.activation == .tanh ? 1e-6 : 0
      ) {
        var a = BandArguments(input: input.memory, weights: weights.memory, output: output.memory)
        if ends.bias { a.bias = UnsafePointer(bias.memory) }
        if ends.residual { a.residual = UnsafePointer(residual.memory) }
        a.icBlocks = 2
        if step.isBlocked { a.lastChannels = 4 }
        (a.kernelHeight, a.kernelWidth) = (kernelHeight, kernelWidth)
        a.inputPlane = planePitch
        a.tapRow = rowPitch
        a.tapColumn = dilation * block
        a.inputRow = strideRows * rowPitch
        a.inputPixel = stride * block
        (a.outputPlane, a.outputRow) = (outputPlane, outputRow)
        (a.residualPlane, a.residualRow) = (residualPlane, residualRow)
        (a.rows, a.tiles) = (rows, 2)
        a.accumulate = ends.accumulate
        a.activation = ends.activation
        kernel(&a)
      }
    }
  }

  /// Every length of a run, dense and other taps, in two blocks of three rows.
  func depthwise(_ kernel: @escaping LeafKernel<DepthwiseArguments>) -> [LeafCase] {
    var cases: [LeafCase] = []
    for (kh, kw, stride, dilation) in [(3, 3, 1, 1), (3, 3, 2, 1), (3, 3, 1, 2), (2, 5, 3, 1)] {
      for pixels in Array(1...17) + [28] {
        let ends = Ends.all.filter { !$0.accumulate }
        cases.append(
          depthwise(kernel, (kh, kw, stride, dilation), pixels, ends[pixels % ends.count]))
      }
    }
    return cases
  }

  private func depthwise(
    _ kernel: @escaping LeafKernel<DepthwiseArguments>,
    _ taps: (height: Int, width: Int, stride: Int, dilation: Int), _ pixels: Int, _ ends: Ends
  ) -> LeafCase {
    let (planes, rows) = (2, 3)
    let rowPitch = ((pixels - 1) * taps.stride + (taps.width - 1) * taps.dilation + 2) * width
    let inputRows = (rows - 1) * taps.stride + (taps.height - 1) * taps.dilation + 1
    let planePitch = inputRows * rowPitch + width
    let count = taps.height * taps.width
    var random = SmallIntegers()
    let input = GuardedFloats(planes * planePitch)
    for plane in 0..<planes {
      for y in 0..<inputRows {
        for i in 0..<rowPitch - width {
          input[plane * planePitch + y * rowPitch + i] = random.next()
        }
      }
    }
    let weights = GuardedFloats(random.array(planes * count * width))
    let bias = GuardedFloats(random.array(planes * width))
    let outputRow = (pixels + 1) * width
    let outputPlane = rows * outputRow
    let residualRow = (pixels + 2) * width
    let residualPlane = rows * residualRow + width
    let residual = GuardedFloats(random.array(planes * residualPlane))
    let output = GuardedFloats(planes * outputPlane)
    let activation = Self.activation(ends.activation)
    var expected: [Int: Double] = [:]
    for plane in 0..<planes {
      for y in 0..<rows {
        for i in 0..<pixels * width {
          let (x, lane) = i.quotientAndRemainder(dividingBy: width)
          var sum = ends.bias ? Double(bias[plane * width + lane]) : 0
          for tap in 0..<count {
            let (r, s) = tap.quotientAndRemainder(dividingBy: taps.width)
            let pixel =
              plane * planePitch + (y * taps.stride + r * taps.dilation) * rowPitch
              + (x * taps.stride + s * taps.dilation) * width
            sum += Double(input[pixel + lane] * weights[(plane * count + tap) * width + lane])
          }
          if ends.residual {
            sum += Double(residual[plane * residualPlane + y * residualRow + i])
          }
          expected[plane * outputPlane + y * outputRow + i] = activation(sum)
        }
      }
    }
    return LeafCase(
      name: "\(taps) \(pixels) pixels \(ends.name)", inputs: [input, weights, bias, residual],
      output: output, expected: expected, tolerance: ends.activation == .tanh ? 1e-6 : 0
    ) {
      var a = DepthwiseArguments(
        input: input.memory, weights: weights.memory, output: output.memory)
      if ends.bias { a.bias = UnsafePointer(bias.memory) }
      if ends.residual { a.residual = UnsafePointer(residual.memory) }
      (a.kernelHeight, a.kernelWidth, a.strideWidth) = (taps.height, taps.width, taps.stride)
      a.tapRow = taps.dilation * rowPitch
      a.tapColumn = taps.dilation * width
      a.inputRow = taps.stride * rowPitch
      (a.outputRow, a.residualRow) = (outputRow, residualRow)
      a.planes = planes
      (a.inputPlane, a.outputPlane, a.residualPlane) = (planePitch, outputPlane, residualPlane)
      (a.rows, a.width) = (rows, pixels)
      a.activation = ends.activation
      kernel(&a)
    }
  }
}
