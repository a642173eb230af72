import Convolution

/// "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
/// C. Szegedy, S. Ioffe, V. Vanhoucke, A. Alemi, AAAI 2017, figures 3 to 9.
enum InceptionV4: Architecture {
  static let family = "Inception"
  static let networks = [NetworkDefinition("inceptionv4", resolution: 299) { b, _ in body(b) }]

  private static func body(_ b: GraphBuilder) -> Int {
    var x = b.scope("stem") { stem(b) }
    for index in 0..<4 { x = b.scope("a\(index)") { inceptionA(b, x) } }
    x = b.scope("reductionA") {
      b.concatenation([
        b.chain(x, .halving(384)), b.chain(x, [192], [224, 3], .halving(256)),
        b.maxPool(x, kernel: 3, stride: 2),
      ])
    }
    for index in 0..<7 { x = b.scope("b\(index)") { inceptionB(b, x) } }
    x = b.scope("reductionB") {
      b.concatenation([
        b.chain(x, [192], .halving(192)),
        b.chain(x, [256], .init(256, [1, 7]), .init(320, [7, 1]), .halving(320)),
        b.maxPool(x, kernel: 3, stride: 2),
      ])
    }
    for index in 0..<3 { x = b.scope("c\(index)") { inceptionC(b, x) } }
    return b.classifier(x, dropout: true)
  }

  /// Figure 3.
  private static func stem(_ b: GraphBuilder) -> Int {
    var x = b.chain(b.input, .halving(32), .init(32, 3, padding: .valid), [64, 3])
    x = b.concatenation([b.maxPool(x, kernel: 3, stride: 2), b.chain(x, .halving(96))])
    x = b.concatenation([
      b.chain(x, [64], .init(96, 3, padding: .valid)),
      b.chain(x, [64], .init(64, [1, 7]), .init(64, [7, 1]), .init(96, 3, padding: .valid)),
    ])
    return b.concatenation([b.chain(x, .halving(192)), b.maxPool(x, kernel: 3, stride: 2)])
  }

  /// Figure 4.
  private static func inceptionA(_ b: GraphBuilder, _ x: Int) -> Int {
    b.concatenation([
      b.chain(x, [96]), b.chain(x, [64], [96, 3]), b.chain(x, [64], [96, 3], [96, 3]),
      b.pooledProjection(x, 96, countIncludesPadding: false),
    ])
  }

  /// Figure 5.
  private static func inceptionB(_ b: GraphBuilder, _ x: Int) -> Int {
    b.concatenation([
      b.chain(x, [384]), b.chain(x, [192], .init(224, [1, 7]), .init(256, [7, 1])),
      b.chain(
        x, [192], .init(192, [7, 1]), .init(224, [1, 7]), .init(224, [7, 1]),
        .init(256, [1, 7])),
      b.pooledProjection(x, 128, countIncludesPadding: false),
    ])
  }

  /// Figure 6.
  private static func inceptionC(_ b: GraphBuilder, _ x: Int) -> Int {
    b.concatenation(
      [b.chain(x, [256])] + b.split(b.chain(x, [384]), 256)
        + b.split(b.chain(x, [384], .init(448, [3, 1]), .init(512, [1, 3])), 256)
        + [b.pooledProjection(x, 256, countIncludesPadding: false)])
  }
}
