import Convolution

/// "ImageNet Classification with Deep Convolutional Neural Networks", A. Krizhevsky, I. Sutskever,
/// G. Hinton, NIPS 2012, section 3: two towers, which are two groups of channels where the paper's
/// GPUs do not talk. `alexnet-owt`: "One weird trick for parallelizing convolutional neural
/// networks", A. Krizhevsky 2014, one tower without normalisation.
enum AlexNet: Architecture {
  static let family = "AlexNet"
  static let networks = [
    NetworkDefinition("alexnet", resolution: 227) { b, _ in twoTowers(b) },
    NetworkDefinition("alexnet-owt") { b, _ in oneTower(b) },
  ]

  private static func twoTowers(_ b: GraphBuilder) -> Int {
    var x = b.convRelu(b.input, 96, kernel: 11, stride: 4, padding: .valid)
    x = b.maxPool(b.localResponseNormalization(x, k: 2), kernel: 3, stride: 2)
    x = b.convRelu(x, 256, kernel: 5, groups: 2)
    x = b.maxPool(b.localResponseNormalization(x, k: 2), kernel: 3, stride: 2)
    x = b.convRelu(x, 384, kernel: 3)
    x = b.convRelu(x, 384, kernel: 3, groups: 2)
    x = b.convRelu(x, 256, kernel: 3, groups: 2)
    return head(b, b.maxPool(x, kernel: 3, stride: 2))
  }

  private static func oneTower(_ b: GraphBuilder) -> Int {
    var x = b.convRelu(b.input, 64, kernel: 11, stride: 4, padding: 2)
    x = b.maxPool(x, kernel: 3, stride: 2)
    x = b.maxPool(b.convRelu(x, 192, kernel: 5), kernel: 3, stride: 2)
    for channels in [384, 256, 256] { x = b.convRelu(x, channels, kernel: 3) }
    return head(b, b.maxPool(x, kernel: 3, stride: 2))
  }

  private static func head(_ b: GraphBuilder, _ x: Int) -> Int {
    var x = x
    for _ in 0..<2 { x = b.relu(b.fullyConnected(b.dropout(x), 4096)) }
    return b.softmax(b.fullyConnected(x, b.classes))
  }
}
