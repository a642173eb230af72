import Convolution

/// "Rethinking the Inception Architecture for Computer Vision", C. Szegedy, V. Vanhoucke, S. Ioffe,
/// J. Shlens, Z. Wojna, CVPR 2016, table 1 and figures 5 to 7, with the channels of the authors'
/// TensorFlow model; without the auxiliary head.
enum InceptionV3: Architecture {
  static let family = "Inception"
  static let networks = [NetworkDefinition("inceptionv3", resolution: 299) { b, _ in body(b) }]

  private static func body(_ b: GraphBuilder) -> Int {
    var x = b.chain(b.input, .halving(32), .init(32, 3, padding: .valid), [64, 3])
    x = b.maxPool(x, kernel: 3, stride: 2)
    x = b.chain(x, [80], .init(192, 3, padding: .valid))
    x = b.maxPool(x, kernel: 3, stride: 2)
    for (index, pool) in [32, 64, 64].enumerated() {
      x = b.scope("mixed5.\(index)") { square(b, x, pool: pool) }
    }
    x = b.scope("mixed6.reduction") {
      b.concatenation([
        b.chain(x, .halving(384)), b.chain(x, [64], [96, 3], .halving(96)),
        b.maxPool(x, kernel: 3, stride: 2),
      ])
    }
    for (index, width) in [128, 160, 160, 192].enumerated() {
      x = b.scope("mixed6.\(index)") { factorized(b, x, width) }
    }
    x = b.scope("mixed7.reduction") {
      b.concatenation([
        b.chain(x, [192], .halving(320)),
        b.chain(x, [192], .init(192, [1, 7]), .init(192, [7, 1]), .halving(192)),
        b.maxPool(x, kernel: 3, stride: 2),
      ])
    }
    for index in 0..<2 { x = b.scope("mixed7.\(index)") { expanded(b, x) } }
    return b.classifier(x, dropout: true)
  }

  /// Figure 5.
  private static func square(_ b: GraphBuilder, _ x: Int, pool: Int) -> Int {
    b.concatenation([
      b.chain(x, [64]), b.chain(x, [48], [64, 5]), b.chain(x, [64], [96, 3], [96, 3]),
      b.pooledProjection(x, pool, countIncludesPadding: true),
    ])
  }

  /// Figure 6: 7×7 as 1×7 and 7×1.
  private static func factorized(_ b: GraphBuilder, _ x: Int, _ c: Int) -> Int {
    b.concatenation([
      b.chain(x, [192]), b.chain(x, .init(c), .init(c, [1, 7]), .init(192, [7, 1])),
      b.chain(
        x, .init(c), .init(c, [7, 1]), .init(c, [1, 7]), .init(c, [7, 1]), .init(192, [1, 7])),
      b.pooledProjection(x, 192, countIncludesPadding: true),
    ])
  }

  /// Figure 7: 3×3 as 1×3 beside 3×1.
  private static func expanded(_ b: GraphBuilder, _ x: Int) -> Int {
    b.concatenation(
      [b.chain(x, [320])] + b.split(b.chain(x, [384]), 384)
        + b.split(b.chain(x, [448], [384, 3]), 384)
        + [b.pooledProjection(x, 192, countIncludesPadding: true)])
  }
}
