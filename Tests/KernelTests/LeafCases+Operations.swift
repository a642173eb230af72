import Convolution
import Foundation
import KernelInterface
import KernelLibrary

/// The operations between convolutions, on bands with gaps between their rows.
extension LeafCases {
  private var pixels: Int { 5 }
  private var rows: Int { 3 }

  /// A band with so many pixels of gap behind each row.
  private func operand(_ random: inout SmallIntegers, gap: Int) -> (GuardedFloats, row: Int) {
    let row = (pixels + gap) * width
    let floats = GuardedFloats(rows * row)
    for y in 0..<rows {
      for i in 0..<pixels * width { floats[y * row + i] = random.next() }
    }
    return (floats, row)
  }

  private func target(gap: Int) -> (GuardedFloats, row: Int) {
    (GuardedFloats(rows * (pixels + gap) * width), (pixels + gap) * width)
  }

  func elementwise(_ kernel: @escaping LeafKernel<ElementwiseArguments>) -> [LeafCase] {
    ActivationCode.allCases.flatMap { code in
      [(false, false), (true, false), (false, true), (true, true)].map { scales, adds in
        var random = SmallIntegers()
        let (input, inputRow) = operand(&random, gap: 1)
        let (addend, addendRow) = operand(&random, gap: 2)
        let scale = GuardedFloats(random.array(width))
        let shift = GuardedFloats(random.array(width))
        let (output, outputRow) = target(gap: 3)
        let activation = Self.activation(code)
        var expected: [Int: Double] = [:]
        for y in 0..<rows {
          for i in 0..<pixels * width {
            var value = Double(input[y * inputRow + i])
            if scales { value = value * Double(scale[i % width]) + Double(shift[i % width]) }
            if adds { value += Double(addend[y * addendRow + i]) }
            expected[y * outputRow + i] = activation(value)
          }
        }
        return LeafCase(
          name: "scale \(scales) addend \(adds) \(code)", inputs: [input, addend, scale, shift],
          output: output, expected: expected, tolerance: code == .tanh ? 1e-6 : 0
        ) {
          var a = ElementwiseArguments(input: input.memory, output: output.memory)
          if scales {
            a.scale = UnsafePointer(scale.memory)
            a.shift = UnsafePointer(shift.memory)
          }
          if adds { a.addend = UnsafePointer(addend.memory) }
          (a.inputRow, a.addendRow, a.outputRow) = (inputRow, addendRow, outputRow)
          (a.rows, a.width) = (rows, pixels)
          a.activation = code
          kernel(&a)
        }
      }
    }
  }

  /// The gaps, the unused lanes and slopes by channel; `FunctionTests` has every function's values.
  func function(_ kernel: @escaping LeafKernel<FunctionArguments>) -> [LeafCase] {
    let lanes = width - 1
    return [false, true].map { bySlopes in
      var random = SmallIntegers()
      let (input, inputRow) = operand(&random, gap: 1)
      let slopes = GuardedFloats(random.array(width))
      let (output, outputRow) = target(gap: 2)
      var expected: [Int: Double] = [:]
      for y in 0..<rows {
        for i in 0..<pixels * width {
          let x = Double(input[y * inputRow + i])
          let slope = bySlopes ? Double(slopes[i % width]) : 0.5
          expected[y * outputRow + i] = i % width < lanes ? (x < 0 ? slope * x : x) : 0
        }
      }
      return LeafCase(
        name: "slopes \(bySlopes)", inputs: [input, slopes], output: output, expected: expected
      ) {
        var a = FunctionArguments(.leakyRelu, input: input.memory, output: output.memory)
        a.first = 0.5
        if bySlopes { a.slopes = UnsafePointer(slopes.memory) }
        a.lanes = lanes
        (a.inputRow, a.outputRow, a.rows, a.width) = (inputRow, outputRow, rows, pixels)
        kernel(&a)
      }
    }
  }

  func arithmetic(_ kernel: @escaping LeafKernel<ArithmeticArguments>) -> [LeafCase] {
    let codes: [(ArithmeticArguments.Code, (Double, Double) -> Double)] = [
      (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }),
      (.divide, { $0 / $1 }),
    ]
    let lanes = width - 1
    return codes.flatMap { code, definition in
      [(false, false), (true, false), (false, true)].map { firstRepeats, secondRepeats in
        var random = SmallIntegers()
        let (first, firstRow) = operand(&random, gap: 1)
        let (second, secondRow) = operand(&random, gap: 2)
        for y in 0..<rows {
          for i in 0..<pixels * width where second[y * secondRow + i] == 0 {
            second[y * secondRow + i] = 4
          }
        }
        let (output, outputRow) = target(gap: 3)
        var expected: [Int: Double] = [:]
        for y in 0..<rows {
          for i in 0..<pixels * width {
            let start = i / width * width
            let a = Double(first[y * firstRow + (firstRepeats ? start : i)])
            let b = Double(second[y * secondRow + (secondRepeats ? start : i)])
            expected[y * outputRow + i] = i % width < lanes ? definition(a, b) : 0
          }
        }
        return LeafCase(
          name: "\(code) repeats \(firstRepeats) \(secondRepeats)", inputs: [first, second],
          output: output, expected: expected, tolerance: 1e-7
        ) {
          var one = ArithmeticArguments.Operand(base: first.memory)
          (one.row, one.pixel, one.repeatsChannel) = (firstRow, width, firstRepeats)
          var two = ArithmeticArguments.Operand(base: second.memory)
          (two.row, two.pixel, two.repeatsChannel) = (secondRow, width, secondRepeats)
          var a = ArithmeticArguments(code, first: one, second: two, output: output.memory)
          a.lanes = lanes
          (a.outputRow, a.rows, a.width) = (outputRow, rows, pixels)
          kernel(&a)
        }
      }
    }
  }

  /// Rows 1 and 2 of the output, windows over the border and inside.
  func pool(_ kernel: @escaping LeafKernel<PoolArguments>) -> [LeafCase] {
    let (height, inputWidth) = (7, 23)
    return [(3, 2), (2, 2), (3, 1)].flatMap { size, stride in
      [(true, false), (false, false), (false, true)].map { isMaximum, countsPadding in
        let outputWidth = (inputWidth + 2 - size) / stride + 1
        let (inputRow, outputRow) = ((inputWidth + 1) * width, (outputWidth + 2) * width)
        var random = SmallIntegers()
        let input = GuardedFloats(height * inputRow)
        for y in 0..<height {
          for i in 0..<inputWidth * width { input[y * inputRow + i] = random.next() }
        }
        let output = GuardedFloats(2 * outputRow)
        var expected: [Int: Double] = [:]
        for y in 1...2 {
          for i in 0..<outputWidth * width {
            var window: [Double] = []
            var counted = 0
            for h in y * stride - 1..<y * stride - 1 + size {
              for w in i / width * stride - 1..<i / width * stride - 1 + size {
                if (-1...height).contains(h), (-1...inputWidth).contains(w) { counted += 1 }
                guard (0..<height).contains(h), (0..<inputWidth).contains(w) else { continue }
                window.append(Double(input[h * inputRow + w * width + i % width]))
              }
            }
            let divisor = Double(countsPadding ? counted : window.count)
            expected[(y - 1) * outputRow + i] =
              isMaximum ? window.max()! : window.reduce(0, +) / divisor
          }
        }
        return LeafCase(
          name: "\(size)×\(size) / \(stride) maximum \(isMaximum) padding \(countsPadding)",
          inputs: [input], output: output, expected: expected, tolerance: isMaximum ? 0 : 1e-6
        ) {
          var a = PoolArguments(input: input.memory, output: output.memory)
          (a.inputRow, a.outputRow) = (inputRow, outputRow)
          (a.inputHeight, a.inputWidth, a.outputWidth) = (height, inputWidth, outputWidth)
          (a.kernelHeight, a.kernelWidth) = (size, size)
          (a.strideHeight, a.strideWidth) = (stride, stride)
          (a.paddingTop, a.paddingLeft, a.paddingBottom, a.paddingRight) = (1, 1, 1, 1)
          (a.firstRow, a.rows) = (1, 2)
          (a.isMaximum, a.countsPadding) = (isMaximum, countsPadding)
          kernel(&a)
        }
      }
    }
  }

  func averagePlanes(_ kernel: @escaping LeafKernel<PlaneAverageArguments>) -> [LeafCase] {
    [0, 1].flatMap { gap in
      [1, 2, 7, 19].map { pixels in
        let inputRow = (pixels + gap) * width
        let (inputPlane, outputPlane) = (4 * inputRow + width, 3 * width)
        var random = SmallIntegers()
        let input = GuardedFloats(2 * inputPlane)
        let output = GuardedFloats(2 * outputPlane)
        var expected: [Int: Double] = [:]
        for plane in 0..<2 {
          for lane in 0..<width {
            var sum = 0.0
            for y in 0..<4 {
              for x in 0..<pixels {
                let index = plane * inputPlane + y * inputRow + x * width + lane
                input[index] = random.next()
                sum += Double(input[index])
              }
            }
            expected[plane * outputPlane + lane] = sum / Double(4 * pixels)
          }
        }
        return LeafCase(
          name: "\(pixels) pixels, gap \(gap)", inputs: [input], output: output,
          expected: expected, tolerance: 1e-6
        ) {
          var a = PlaneAverageArguments(input: input.memory, output: output.memory)
          a.planes = 2
          (a.inputRow, a.inputPlane, a.outputPlane) = (inputRow, inputPlane, outputPlane)
          (a.height, a.width) = (4, pixels)
          kernel(&a)
        }
      }
    }
  }

  /// Three blocks of a row, of which the kernel computes one: the first, the middle, the last.
  func normalize(_ kernel: @escaping LeafKernel<NormalizationArguments>) -> [LeafCase] {
    [(2, Float(0.75)), (3, 0.75), (2, 0.5)].flatMap { radius, beta in
      (0..<3).map { block in
        let plane = (pixels + 1) * width
        var random = SmallIntegers()
        let input = GuardedFloats(3 * plane)
        for b in 0..<3 {
          for i in 0..<pixels * width { input[b * plane + i] = random.next() }
        }
        let output = GuardedFloats(pixels * width)
        var expected: [Int: Double] = [:]
        for i in 0..<pixels * width {
          let (x, lane) = i.quotientAndRemainder(dividingBy: width)
          func value(_ c: Int) -> Double {
            guard (0..<3 * width).contains(c) else { return 0 }
            return Double(input[c / width * plane + x * width + c % width])
          }
          let c = block * width + lane
          let sum = (c - radius...c + radius).reduce(0.0) { $0 + value($1) * value($1) }
          expected[i] = value(c) / pow(2 + 0.125 * sum, Double(beta))
        }
        let scratch = FloatBuffer(count: NormalizationArguments.scratchCount)
        return LeafCase(
          name: "radius \(radius) power \(beta) block \(block)", inputs: [input], output: output,
          expected: expected, tolerance: 2e-6
        ) {
          var a = NormalizationArguments(
            input: input.memory + block * plane, output: output.memory, scratch: scratch.memory)
          a.inputPlane = plane
          (a.blocksBefore, a.blocksBehind) = (block, 2 - block)
          a.width = pixels
          (a.radius, a.alpha, a.beta, a.k) = (radius, 0.125, beta, 2)
          kernel(&a)
        }
      }
    }
  }

  func softmax(_ kernel: @escaping LeafKernel<SoftmaxArguments>) -> [LeafCase] {
    [1, width, 6 * width - 1].map { channels in
      let blocks = (channels + width - 1) / width
      let (inputPlane, outputPlane) = ((pixels + 1) * width, (pixels + 2) * width)
      var random = SmallIntegers()
      let input = GuardedFloats(blocks * inputPlane)
      let output = GuardedFloats(blocks * outputPlane)
      var expected: [Int: Double] = [:]
      for x in 0..<pixels {
        var sum = 0.0
        for c in 0..<blocks * width {
          let index = c / width * inputPlane + x * width + c % width
          // Unused lanes are zeros.
          input[index] = c < channels ? random.next() : 0
          if c < channels { sum += exp(Double(input[index])) }
        }
        for c in 0..<blocks * width {
          let from = c / width * inputPlane + x * width + c % width
          expected[c / width * outputPlane + x * width + c % width] =
            c < channels ? exp(Double(input[from])) / sum : 0
        }
      }
      return LeafCase(
        name: "\(channels) channels", inputs: [input], output: output, expected: expected,
        tolerance: 1e-6
      ) {
        var a = SoftmaxArguments(input: input.memory, output: output.memory)
        (a.inputPlane, a.outputPlane) = (inputPlane, outputPlane)
        (a.channels, a.width) = (channels, pixels)
        kernel(&a)
      }
    }
  }

  /// Whole blocks, shifted channels, every second pixel, planar to blocked and back.
  func copy(_ kernel: @escaping LeafKernel<CopyArguments>) -> [LeafCase] {
    let shapes = [
      (width, width, 0, 1), (width, width, width, 2), (width, width, 3, 1), (width, width, -3, 1),
      (1, width, 0, 1), (width, 1, 2, 2),
    ]
    return shapes.map { inputBlock, outputBlock, firstChannel, stride in
      let channels = 2 * width - 1
      let blocks = (channels + inputBlock - 1) / inputBlock
      let inputRow = (pixels * stride + 1) * inputBlock
      let plane = (rows * inputRow + 15) / 16 * 16
      let outputRow = ((pixels + 1) * outputBlock + 15) / 16 * 16
      var random = SmallIntegers()
      let input = GuardedFloats(blocks * plane)
      for b in 0..<blocks {
        for y in 0..<rows {
          for i in 0..<pixels * stride * inputBlock {
            // Unused lanes are zeros.
            let isUsed = b * inputBlock + i % inputBlock < channels
            input[b * plane + y * inputRow + i] = isUsed ? random.next() : 0
          }
        }
      }
      let output = GuardedFloats(rows * outputRow)
      var expected: [Int: Double] = [:]
      for y in 0..<rows {
        for i in 0..<pixels * outputBlock {
          let (x, lane) = i.quotientAndRemainder(dividingBy: outputBlock)
          let c = firstChannel + lane
          guard c >= 0 else { continue }
          expected[y * outputRow + i] =
            c < channels
            ? Double(
              input[
                c / inputBlock * plane + y * inputRow + x * stride * inputBlock + c % inputBlock])
            : 0
        }
      }
      return LeafCase(
        name: "blocks \(inputBlock) \(outputBlock) from \(firstChannel) stride \(stride)",
        inputs: [input], output: output, expected: expected
      ) {
        var a = CopyArguments(input: input.memory, output: output.memory)
        (a.inputBlock, a.inputPlane, a.inputRow) = (inputBlock, plane, inputRow)
        a.inputPixel = stride * inputBlock
        (a.outputBlock, a.outputRow) = (outputBlock, outputRow)
        (a.firstChannel, a.channels) = (firstChannel, channels)
        (a.rows, a.width) = (rows, pixels)
        kernel(&a)
      }
    }
  }
}
