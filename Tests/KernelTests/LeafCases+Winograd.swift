import Convolution
import KernelInterface
import KernelLibrary

/// The matrices of F(m, r) from their points (Lavin & Gray 2016, section 5; Toom–Cook): rows of Bᵀ
/// are the coefficients of M(x) / (x - p) and M(x), columns of Aᵀ the powers of the points.
struct WinogradDefinition {
  let m: Int
  /// `alpha` rows.
  let inputs: [[Double]]
  /// `m` rows.
  let outputs: [[Double]]

  /// - Parameter alpha: points, infinity included: 4, 6 or 8.
  init(m: Int, alpha: Int) {
    self.m = m
    let points = Array([0, 1, -1, 2, -2, 0.5, -0.5].prefix(alpha - 1))
    func product(of points: [Double]) -> [Double] {
      points.reduce([1.0]) { polynomial, point in
        var next = [0.0] + polynomial
        for (i, c) in polynomial.enumerated() { next[i] -= point * c }
        return next
      }
    }
    var rows = points.indices.map { i -> [Double] in
      product(of: points.enumerated().filter { $0.offset != i }.map(\.element)) + [0]
    }
    rows.append(product(of: points))
    var columns = (0..<m).map { power in
      points.map { point in (0..<power).reduce(1.0) { p, _ in p * point } }
        + [power == m - 1 ? 1.0 : 0]
    }
    // The kernels keep a few signs out of the input's transform, so that they are in the weights' or
    // the output's: the first row, where the product of all other points is negative, and for four
    // points the last.
    if rows[0][0] < 0 { rows[0] = rows[0].map { -$0 } }
    if alpha == 4 {
      rows[3] = rows[3].map { -$0 }
      for row in columns.indices { columns[row][3] *= -1 }
    }
    inputs = rows
    outputs = columns
  }
}

extension LeafCases {
  func winogradInput(
    _ m: Int, _ kernel: @escaping LeafKernel<WinogradInputArguments>
  ) -> [LeafCase] {
    let alpha = m + 2
    let matrix = WinogradDefinition(m: m, alpha: alpha).inputs
    let tiles = 3
    let needed = (tiles - 1) * m + alpha
    return [(alpha, needed), (alpha - 1, needed), (alpha, needed - 1), (1, m + 1)].map {
      readableRows, readableColumns in
      let rowPitch = (needed + 1) * width
      let element = (tiles + 1) * width
      var random = SmallIntegers()
      let input = GuardedFloats(alpha * rowPitch)
      for y in 0..<readableRows {
        for i in 0..<readableColumns * width { input[y * rowPitch + i] = random.next() }
      }
      let output = GuardedFloats(alpha * alpha * element)
      var expected: [Int: Double] = [:]
      for tile in 0..<tiles {
        for lane in 0..<width {
          func d(_ y: Int, _ x: Int) -> Double {
            let column = tile * m + x
            guard y < readableRows, column < readableColumns else { return 0 }
            return Double(input[y * rowPitch + column * width + lane])
          }
          for i in 0..<alpha {
            for j in 0..<alpha {
              var sum = 0.0
              for y in 0..<alpha where matrix[i][y] != 0 {
                for x in 0..<alpha { sum += matrix[i][y] * matrix[j][x] * d(y, x) }
              }
              expected[(i * alpha + j) * element + tile * width + lane] = sum
            }
          }
        }
      }
      return LeafCase(
        name: "\(readableRows)×\(readableColumns) readable", inputs: [input], output: output,
        expected: expected, tolerance: 1e-4
      ) {
        var a = WinogradInputArguments(input: input.memory, output: output.memory)
        a.inputRow = rowPitch
        (a.readableRows, a.readableColumns) = (readableRows, readableColumns)
        a.outputElement = element
        a.tiles = tiles
        kernel(&a)
      }
    }
  }

  func winogradOutput(
    _ m: Int, _ kernel: @escaping LeafKernel<WinogradOutputArguments>
  ) -> [LeafCase] {
    let cuts = [(m, 3 * m, false), (m - 1, 3 * m - 1, true), (m + 3, 3 * m + 2, true)]
    var cases: [LeafCase] = []
    for code in ActivationCode.allCases {
      for (rows, columns, ends) in cuts {
        cases.append(winogradOutput(m, kernel, code, rows, columns, ends))
      }
    }
    return cases
  }

  private func winogradOutput(
    _ m: Int, _ kernel: @escaping LeafKernel<WinogradOutputArguments>, _ code: ActivationCode,
    _ writableRows: Int, _ writableColumns: Int, _ ends: Bool
  ) -> LeafCase {
    let alpha = m + 2
    let matrix = WinogradDefinition(m: m, alpha: alpha).outputs
    let tiles = 3
    let element = (tiles + 1) * width
    let outputRow = (tiles * m + 1) * width
    let residualRow = (tiles * m + 2) * width
    var random = SmallIntegers()
    let input = GuardedFloats(random.array(alpha * alpha * element))
    let bias = GuardedFloats(random.array(width))
    let residual = GuardedFloats(random.array(m * residualRow))
    let output = GuardedFloats(m * outputRow)
    let activation = Self.activation(code)
    var expected: [Int: Double] = [:]
    for y in 0..<min(m, writableRows) {
      for x in 0..<min(tiles * m, writableColumns) {
        let (tile, column) = x.quotientAndRemainder(dividingBy: m)
        for lane in 0..<width {
          var sum = 0.0
          for i in 0..<alpha {
            for j in 0..<alpha {
              let value = Double(input[(i * alpha + j) * element + tile * width + lane])
              sum += matrix[y][i] * matrix[column][j] * value
            }
          }
          if ends {
            sum += Double(bias[lane]) + Double(residual[y * residualRow + x * width + lane])
          }
          expected[y * outputRow + x * width + lane] = activation(sum)
        }
      }
    }
    return LeafCase(
      name: "\(writableRows)×\(writableColumns) writable \(code)",
      inputs: [input, bias, residual], output: output, expected: expected, tolerance: 1e-3
    ) {
      var a = WinogradOutputArguments(input: input.memory, output: output.memory)
      a.inputElement = element
      a.outputRow = outputRow
      (a.writableRows, a.writableColumns) = (writableRows, writableColumns)
      if ends {
        a.bias = UnsafePointer(bias.memory)
        a.residual = UnsafePointer(residual.memory)
      }
      a.residualRow = residualRow
      a.activation = code
      a.tiles = tiles
      kernel(&a)
    }
  }
}
