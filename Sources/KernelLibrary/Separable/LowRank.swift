import Base

/// The best factors of a matrix through `rank` dimensions: randomised subspace iteration (Halko,
/// Martinsson & Tropp 2011, algorithm 4.4). Exact where the matrix has that rank, else within a
/// few per cent of the truncated SVD's error.
struct LowRank {
  /// Orthonormal columns, `[rows][rank]`.
  private(set) var left: [Double]
  /// `[rank][columns]`.
  private(set) var right: [Double]
  /// ‖A - left·right‖ / ‖A‖ in the Frobenius norm.
  private(set) var relativeError: Double

  /// - Parameter matrix: `[rows][columns]`.
  init(_ matrix: [Double], rows: Int, columns: Int, rank: Int) {
    var random = SeededGenerator(seed: 1)
    let start = random.uniform(columns * rank).map(Double.init)
    left = multiply(matrix, start, rows, columns, rank)
    orthonormalise(&left, rows: rows, columns: rank)
    right = []
    // Two rounds sharpen the spectrum enough for trained and random weights alike.
    for _ in 0..<2 {
      right = multiplyTransposed(left, matrix, rows, rank, columns)
      var back = transposed(right, rank, columns)
      orthonormalise(&back, rows: columns, columns: rank)
      left = multiply(matrix, back, rows, columns, rank)
      orthonormalise(&left, rows: rows, columns: rank)
    }
    right = multiplyTransposed(left, matrix, rows, rank, columns)
    // ‖A‖² = ‖QQᵀA‖² + ‖A - QQᵀA‖² would cancel for small errors: subtract element by element.
    let product = multiply(left, right, rows, rank, columns)
    var error = 0.0
    var norm = 0.0
    for (a, b) in zip(matrix, product) {
      error += (a - b) * (a - b)
      norm += a * a
    }
    relativeError = norm > 0 ? (error / norm).squareRoot() : 0
  }
}

/// `[n][k] × [k][m]`.
private func multiply(_ a: [Double], _ b: [Double], _ n: Int, _ k: Int, _ m: Int) -> [Double] {
  var result = [Double](repeating: 0, count: n * m)
  result.withUnsafeMutableBufferPointer { r in
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        for i in 0..<n {
          for l in 0..<k {
            let factor = a[i * k + l]
            if factor == 0 { continue }
            for j in 0..<m { r[i * m + j] += factor * b[l * m + j] }
          }
        }
      }
    }
  }
  return result
}

/// `aᵀ b` of `a: [n][k]`, `b: [n][m]`.
private func multiplyTransposed(
  _ a: [Double], _ b: [Double], _ n: Int, _ k: Int, _ m: Int
) -> [Double] {
  multiply(transposed(a, n, k), b, k, n, m)
}

private func transposed(_ a: [Double], _ rows: Int, _ columns: Int) -> [Double] {
  var result = [Double](repeating: 0, count: a.count)
  for i in 0..<rows {
    for j in 0..<columns { result[j * rows + i] = a[i * columns + j] }
  }
  return result
}

/// Modified Gram–Schmidt, twice for stability; a column that depends on the others becomes zero.
private func orthonormalise(_ a: inout [Double], rows: Int, columns: Int) {
  var t = transposed(a, rows, columns)
  t.withUnsafeMutableBufferPointer { t in
    for j in 0..<columns {
      let column = UnsafeMutableBufferPointer(rebasing: t[j * rows..<(j + 1) * rows])
      let before = norm(column)
      for _ in 0..<2 {
        for i in 0..<j {
          let other = UnsafeMutableBufferPointer(rebasing: t[i * rows..<(i + 1) * rows])
          var dot = 0.0
          for x in 0..<rows { dot += column[x] * other[x] }
          for x in 0..<rows { column[x] -= dot * other[x] }
        }
      }
      let after = norm(column)
      let scale = after > 1e-10 * before && after > 0 ? 1 / after : 0
      for x in 0..<rows { column[x] *= scale }
    }
  }
  a = transposed(Array(t), columns, rows)
}

private func norm(_ v: UnsafeMutableBufferPointer<Double>) -> Double {
  var sum = 0.0
  for x in v { sum += x * x }
  return sum.squareRoot()
}
