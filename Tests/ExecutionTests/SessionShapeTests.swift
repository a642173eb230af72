import Convolution
import Execution
import Networks
import Testing

/// Shapes that no published network has.
@Suite(.serialized) struct SessionShapeTests {
  @Test(arguments: [1, 3, 5, 17, 33]) func oddChannels(channels: Int) throws {
    try SessionTests.check(
      tiny(channels: channels, side: 9, batch: 2) { b in
        let x = b.convRelu(b.input, channels, kernel: 3)
        let y = b.convBn(x, channels, kernel: 3)
        let z = b.relu(b.add(y, shortcut: x))
        return b.softmax(b.fullyConnected(b.maxPool(z, kernel: 3, stride: 2, padding: 1), 5))
      })
  }

  @Test func unalignedConcatenations() throws {
    try SessionTests.check(
      tiny(channels: 5, batch: 2) { b in
        let parts = [1, 3, 5, 17, 16, 33, 2].map { b.convRelu(b.input, $0, kernel: 3) }
        let all = b.concatenation(parts + [b.input, parts[4]])
        let nested = b.concatenation([all, b.convBnRelu(all, 7, kernel: 5), parts[3]])
        return b.convolution(b.add(nested, shortcut: nested), 9, kernel: 1)
      })
  }

  @Test func growingConcatenation() throws {
    try SessionTests.check(
      tiny(channels: 3, batch: 2) { b in
        var x = b.convRelu(b.input, 32, kernel: 3)
        for _ in 0..<4 {
          var y = b.convolution(b.relu(b.batchNormalization(x)), 20, kernel: 1, bias: false)
          y = b.convolution(b.relu(b.batchNormalization(y)), 16, kernel: 3, bias: false)
          x = b.concatenation([x, y])
        }
        return b.softmax(b.fullyConnected(b.globalAveragePool(x), 7))
      })
  }

  @Test func asymmetricPaddingAndTwoHalos() throws {
    try SessionTests.check(
      tiny(side: 13, width: 10) { b in
        let x = b.convRelu(b.input, 12, kernel: 3, padding: .halo(Halo(bottom: 1, right: 2)))
        let wide = b.convRelu(x, 12, kernel: [1, 7])
        let tall = b.convRelu(x, 12, kernel: [5, 1], padding: .halo(Halo(top: 3, bottom: 1)))
        let y = b.add(b.add(wide, shortcut: tall), shortcut: x)
        return b.convolution(
          b.relu(y), 5, kernel: 3, stride: 2,
          padding: .halo(Halo(top: 0, left: 1, bottom: 2, right: 0)))
      })
  }

  @Test(arguments: [true, false]) func poolings(ceilMode: Bool) throws {
    for (kernel, stride, padding) in [(3, 2, 0), (3, 2, 1), (2, 2, 0), (5, 3, 2), (3, 1, 1)] {
      for (side, width) in [(11, 11), (12, 23), (7, 6)] {
        try SessionTests.check(
          tiny(side: side, width: width) { b in
            // Negative everywhere: zeros from the padding would win a maximum.
            let x = b.add(
              b.convolution(b.input, 9, kernel: 3),
              shortcut: b.convolution(b.input, 9, kernel: 1))
            return b.concatenation([
              b.maxPool(
                x, kernel: Kernel(kernel), stride: stride, padding: .each(padding),
                ceilMode: ceilMode),
              b.averagePool(
                x, kernel: Kernel(kernel), stride: stride, padding: .each(padding),
                ceilMode: ceilMode),
              b.averagePool(
                x, kernel: Kernel(kernel), stride: stride, padding: .each(padding),
                ceilMode: ceilMode, countIncludesPadding: false),
            ])
          })
      }
    }
  }

  @Test(arguments: [(5, 0.75, 1e-2), (9, 0.75, 0.5), (3, 0.5, 0.5), (41, 0.6, 0.1)])
  func localResponseNormalization(size: Int, beta: Double, alpha: Double) throws {
    try SessionTests.check(
      tiny(channels: 3, side: 17, batch: 2) { b in
        b.localResponseNormalization(
          b.convolution(b.input, 37, kernel: 3), size: size, alpha: alpha, beta: beta, k: 2)
      })
  }

  @Test func elementwiseOperationsOnTheirOwn() throws {
    try SessionTests.check(
      tiny(channels: 19, batch: 3) { b in
        let x = b.activation(b.batchNormalization(b.input), .tanh)
        let y = b.scale(b.softmax(b.scale(x, by: 3)), by: 5)
        return b.activation(b.add(y, shortcut: b.relu(b.input)), .relu6)
      })
  }

  @Test func subsampledShortcuts() throws {
    try SessionTests.check(
      tiny(channels: 3, side: 15, batch: 2) { b in
        let x = b.convBnRelu(b.input, 18, kernel: 3)
        let y = b.convBn(b.convBnRelu(x, 35, kernel: 3, stride: 2), 35, kernel: 3)
        return b.relu(b.add(y, shortcut: b.subsample(x, stride: 2, channels: 35)))
      })
  }

  @Test func groupsAndDilation() throws {
    try SessionTests.check(
      tiny(channels: 12) { b in
        var x = b.convolution(b.input, 24, kernel: 3, groups: 2)
        x = b.convolution(x, 48, kernel: 3, stride: 2, groups: 24)
        return b.convolution(x, 10, kernel: 3, padding: 2, dilation: 2)
      })
  }

  @Test func aNetworkThatDoesNothing() throws {
    try SessionTests.check(tiny(channels: 5) { $0.dropout($0.input) })
  }
}
