/// What Inception-v3, -v4 and Inception-ResNet-v2 share.
extension GraphBuilder {
  /// One convolution of an Inception chain.
  struct Link: ExpressibleByArrayLiteral {
    let channels: Int
    let kernel: Kernel
    let stride: Int
    let padding: Padding

    init(_ channels: Int, _ kernel: Kernel = 1, stride: Int = 1, padding: Padding = .same) {
      self.channels = channels
      self.kernel = kernel
      self.stride = stride
      self.padding = padding
    }

    /// Channels alone for 1×1, channels and side for a square.
    init(arrayLiteral elements: Int...) {
      self.init(elements[0], Kernel(elements.count > 1 ? elements[1] : 1))
    }

    /// 3×3, stride 2, no padding: the last link of a reduction.
    static func halving(_ channels: Int) -> Link {
      Link(channels, 3, stride: 2, padding: .valid)
    }
  }

  /// Convolutions with batch normalisation and ReLU, one after the other.
  func chain(_ x: Int, _ links: Link...) -> Int {
    links.reduce(x) { y, link in
      convBnRelu(
        y, link.channels, kernel: link.kernel, stride: link.stride, padding: link.padding,
        epsilon: 1e-3)
    }
  }

  /// 3×3 average pooling at stride 1 in front of a 1×1 projection.
  func pooledProjection(_ x: Int, _ channels: Int, countIncludesPadding: Bool) -> Int {
    chain(
      averagePool(
        x, kernel: 3, stride: 1, padding: 1, countIncludesPadding: countIncludesPadding),
      Link(channels))
  }

  /// A 1×3 and a 3×1 side by side.
  func split(_ x: Int, _ channels: Int) -> [Int] {
    [chain(x, Link(channels, [1, 3])), chain(x, Link(channels, [3, 1]))]
  }
}
