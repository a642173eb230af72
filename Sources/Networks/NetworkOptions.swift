import Convolution

/// What may be chosen about a network of the catalog.
public struct NetworkOptions: Sendable, Hashable {
  /// Images at a time, 1 to 4096.
  public var batch: Int
  /// Height and width of the input, 1 to 4096; nil is the network's own.
  public var resolution: Int?
  /// ResNets only; nil is the network's own.
  public var shortcut: Shortcut?
  /// Identity convolutions inserted into `vgg19-identity`, 0 to 1024; nil is its own default.
  public var identityLayers: Int?
  /// Outputs of the last layer, 1 to 100,000; nil is the network's own.
  public var classes: Int?

  public init(
    batch: Int = 1, resolution: Int? = nil, shortcut: Shortcut? = nil, identityLayers: Int? = nil,
    classes: Int? = nil
  ) {
    self.batch = batch
    self.resolution = resolution
    self.shortcut = shortcut
    self.identityLayers = identityLayers
    self.classes = classes
  }
}

/// How a ResNet's shortcut changes shape (He et al. 2015, section 4.1).
public enum Shortcut: String, CaseIterable, Sendable {
  /// Subsampling and zero channels: free of parameters.
  case a = "A"
  /// A 1×1 projection where the shape changes.
  case b = "B"
  /// A 1×1 projection around every block.
  case c = "C"
}
