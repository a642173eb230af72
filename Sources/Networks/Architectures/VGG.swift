import Convolution

/// "Very Deep Convolutional Networks for Large-Scale Image Recognition", K. Simonyan,
/// A. Zisserman, ICLR 2015, table 1, configurations A, B, D, E.
///
/// `vgg19-identity` is VGG-19 with identity convolutions behind the stages: the argument of the
/// ResNet paper (section 1) that a deeper network can be no worse, as a test. Its output equals
/// VGG-19's.
enum VGG: Architecture {
  static let family = "VGG"
  static let networks =
    depths.map { name, layers in NetworkDefinition(name) { b, _ in body(b, layers) } } + [
      NetworkDefinition("vgg19-identity", hasIdentityLayers: true) { b, options in
        body(b, [2, 2, 4, 4, 4], identities: options.identityLayers ?? 5)
      }
    ]

  /// Convolutions in each of the five stages.
  private static let depths = [
    ("vgg11", [1, 1, 2, 2, 2]),
    ("vgg13", [2, 2, 2, 2, 2]),
    ("vgg16", [2, 2, 3, 3, 3]),
    ("vgg19", [2, 2, 4, 4, 4]),
  ]

  private static func body(_ b: GraphBuilder, _ layers: [Int], identities: Int = 0) -> Int {
    var x = b.input
    for (stage, count) in layers.enumerated() {
      let channels = min(64 << stage, 512)
      x = b.scope("stage\(stage + 1)") {
        var y = x
        for _ in 0..<count { y = b.convRelu(y, channels, kernel: 3) }
        // Dealt out to the stages in turn. Names of their own: the seeded layers keep theirs.
        for index in stride(from: stage, to: identities, by: layers.count) {
          y = b.scope("identity\(index + 1)") {
            b.relu(b.convolution(y, channels, kernel: 3, weights: .identity))
          }
        }
        return b.maxPool(y, kernel: 2, stride: 2)
      }
    }
    for _ in 0..<2 { x = b.dropout(b.relu(b.fullyConnected(x, 4096))) }
    return b.softmax(b.fullyConnected(x, b.classes))
  }
}
