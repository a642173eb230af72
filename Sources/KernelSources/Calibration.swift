// Loops that do nothing but reach one limit of the machine.

/// Twelve accumulators: more than latency times throughput of every FMA unit there is, few enough
/// for 16 registers.
private let chains = 12
private let unroll = 10

let fmaChainOperations = 2 * chains * unroll * Vec.scalarCount

@inline(never)
func fmaChain(_ iterations: Int) -> Float {
  // x = x * 0.5 + 1 stays near 2, whatever the number of iterations.
  let half = Vec(repeating: 0.5)
  let one = Vec(repeating: 1)
  var a = one
  var b = one + half
  var c = b + half
  var d = c + half
  var e = d + half
  var f = e + half
  var g = f + half
  var h = g + half
  var i = h + half
  var j = i + half
  var k = j + half
  var l = k + half
  for _ in 0..<iterations {
    for _ in 0..<unroll {
      a = fma(a, half, one)
      b = fma(b, half, one)
      c = fma(c, half, one)
      d = fma(d, half, one)
      e = fma(e, half, one)
      f = fma(f, half, one)
      g = fma(g, half, one)
      h = fma(h, half, one)
      i = fma(i, half, one)
      j = fma(j, half, one)
      k = fma(k, half, one)
      l = fma(l, half, one)
    }
  }
  return (((a + b) + (c + d)) + ((e + f) + (g + h)) + ((i + j) + (k + l)))[0]
}

/// Eight independent sums, so that loads and not additions are the limit.
@inline(never)
func vectorSum(_ p: UnsafePointer<Float>, _ count: Int) -> Float {
  var a = Vec()
  var b = a
  var c = a
  var d = a
  var e = a
  var f = a
  var g = a
  var h = a
  let w = Vec.scalarCount
  var i = 0
  while i + 8 * w <= count {
    a += (p + i).vec
    b += (p + i + w).vec
    c += (p + i + 2 * w).vec
    d += (p + i + 3 * w).vec
    e += (p + i + 4 * w).vec
    f += (p + i + 5 * w).vec
    g += (p + i + 6 * w).vec
    h += (p + i + 7 * w).vec
    i += 8 * w
  }
  let sum = ((a + b) + (c + d)) + ((e + f) + (g + h))
  var total: Float = 0
  for lane in 0..<w { total += sum[lane] }
  return total
}
