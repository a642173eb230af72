import Convolution
import KernelInterface
import KernelLibrary

/// Winograd's one-dimensional transforms against matrices made from their points.
extension LeafCases {
  func winogradLineInput(
    _ kernel: @escaping LeafKernel<WinogradLineInputArguments>
  ) -> [LeafCase] {
    let matrix = WinogradDefinition(m: 6, alpha: 8).inputs
    let tiles = 5
    var cases: [LeafCase] = []
    // Along a row, tiles below one another; and down a column.
    for isVertical in [false, true] {
      for readable in [9, 8, 5, 1] {
        let row = (isVertical ? tiles + 1 : 9) * width
        let (point, tile) = isVertical ? (row, width) : (width, row)
        let element = (tiles + 2) * width
        var random = SmallIntegers()
        let input = GuardedFloats((isVertical ? 8 : tiles) * row)
        for t in 0..<tiles {
          for p in 0..<min(8, readable) {
            for lane in 0..<width { input[t * tile + p * point + lane] = random.next() }
          }
        }
        let output = GuardedFloats(8 * element)
        var expected: [Int: Double] = [:]
        for t in 0..<tiles {
          for e in 0..<8 {
            for lane in 0..<width {
              var sum = 0.0
              for p in 0..<min(8, readable) {
                sum += matrix[e][p] * Double(input[t * tile + p * point + lane])
              }
              expected[e * element + t * width + lane] = sum
            }
          }
        }
        cases.append(
          LeafCase(
            name: "vertical \(isVertical) \(readable) readable", inputs: [input], output: output,
            expected: expected, tolerance: 1e-6
          ) {
            var a = WinogradLineInputArguments(input: input.memory, output: output.memory)
            (a.inputPoint, a.inputTile, a.readablePoints) = (point, tile, readable)
            (a.outputElement, a.tiles) = (element, tiles)
            kernel(&a)
          })
      }
    }
    return cases
  }

  func winogradLineOutput(
    _ m: Int, _ kernel: @escaping LeafKernel<WinogradLineOutputArguments>
  ) -> [LeafCase] {
    var cases: [LeafCase] = []
    for code in ActivationCode.allCases {
      for (writable, ends) in [(m, false), (m - 1, true), (m + 3, true)] {
        for isVertical in [false, true] {
          cases.append(winogradLineOutput(m, kernel, code, writable, ends, isVertical))
        }
      }
    }
    return cases
  }

  private func winogradLineOutput(
    _ m: Int, _ kernel: @escaping LeafKernel<WinogradLineOutputArguments>, _ code: ActivationCode,
    _ writable: Int, _ ends: Bool, _ isVertical: Bool
  ) -> LeafCase {
    let matrix = WinogradDefinition(m: m, alpha: 8).outputs
    let tiles = 5
    let element = (tiles + 1) * width
    let row = (isVertical ? tiles + 1 : m + 1) * width
    let (point, tile) = isVertical ? (row, width) : (width, row)
    let residualRow = row + width
    let (residualPoint, residualTile) = isVertical ? (residualRow, width) : (width, residualRow)
    let rows = isVertical ? m : tiles
    var random = SmallIntegers()
    let input = GuardedFloats(random.array(8 * element))
    let bias = GuardedFloats(random.array(width))
    let residual = GuardedFloats(random.array(rows * residualRow))
    let output = GuardedFloats(rows * row)
    let activation = Self.activation(code)
    var expected: [Int: Double] = [:]
    for t in 0..<tiles {
      for x in 0..<min(m, writable) {
        for lane in 0..<width {
          var sum = 0.0
          for e in 0..<8 {
            sum += matrix[x][e] * Double(input[e * element + t * width + lane])
          }
          if ends {
            let added = residual[t * residualTile + x * residualPoint + lane]
            sum += Double(bias[lane]) + Double(added)
          }
          expected[t * tile + x * point + lane] = activation(sum)
        }
      }
    }
    return LeafCase(
      name: "vertical \(isVertical) \(writable) writable \(code)", inputs: [input, bias, residual],
      output: output, expected: expected, tolerance: 1e-5
    ) {
      var a = WinogradLineOutputArguments(input: input.memory, output: output.memory)
      a.inputElement = element
      (a.outputPoint, a.outputTile, a.writablePoints) = (point, tile, writable)
      if ends {
        a.bias = UnsafePointer(bias.memory)
        a.residual = UnsafePointer(residual.memory)
      }
      (a.residualPoint, a.residualTile) = (residualPoint, residualTile)
      (a.activation, a.tiles) = (code, tiles)
      kernel(&a)
    }
  }
}
