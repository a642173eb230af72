import Base
import Convolution

/// One network of a family, before batch and resolution are known.
struct NetworkDefinition: Sendable {
  let name: String
  let channels: Int
  /// Height and width of the input.
  let resolution: Int
  let classes: Int
  /// Whether `NetworkOptions.shortcut` and `.identityLayers` mean anything.
  var hasShortcuts = false
  var hasIdentityLayers = false
  /// Appends all nodes and returns the output's id.
  let body: @Sendable (GraphBuilder, NetworkOptions) -> Int

  /// An ImageNet network, if nothing else is said.
  init(
    _ name: String, channels: Int = 3, resolution: Int = 224, classes: Int = 1000,
    hasShortcuts: Bool = false, hasIdentityLayers: Bool = false,
    body: @escaping @Sendable (GraphBuilder, NetworkOptions) -> Int
  ) {
    self.name = name
    self.channels = channels
    self.resolution = resolution
    self.classes = classes
    self.hasShortcuts = hasShortcuts
    self.hasIdentityLayers = hasIdentityLayers
    self.body = body
  }
}

/// A family of networks: one file, one line in the catalog.
protocol Architecture: SendableMetatype {
  static var family: String { get }
  /// The networks that are listed.
  static var networks: [NetworkDefinition] { get }
  /// A network that exists without being listed, such as another width multiplier.
  static func unlisted(named name: String) -> NetworkDefinition?
}

extension Architecture {
  static func unlisted(named name: String) -> NetworkDefinition? { nil }
}

/// All networks that convbench knows.
public enum NetworkCatalog {
  /// To add a family, add its line.
  static let families: [any Architecture.Type] = [
    LeNet.self,
    AlexNet.self,
    VGG.self,
    GoogLeNet.self,
    InceptionV2.self,
    InceptionV3.self,
    InceptionV4.self,
    InceptionResNetV2.self,
    ResNet.self,
    DenseNet.self,
    MobileNetV1.self,
    MobileNetV2.self,
    SqueezeNet.self,
    ResNeXt.self,
    WideResNet.self,
    ShuffleNetV2.self,
    MobileNetV3.self,
    EfficientNet.self,
    RegNet.self,
    ConvNeXt.self,
  ]

  /// The names of all listed networks, family by family.
  public static let names: [String] = families.flatMap { $0.networks.map(\.name) }

  /// - Throws: `GraphError` naming what is wrong: an unknown name (with the nearest known ones), an
  ///   option out of range or without meaning for this network, a resolution too small for it.
  public static func graph(named name: String, options: NetworkOptions = NetworkOptions()) throws
    -> Graph
  {
    let (family, definition) = try find(name)
    try check(options, definition)
    let resolution = options.resolution ?? definition.resolution
    let builder = GraphBuilder(
      name: name, family: family,
      input: TensorShape(
        batch: options.batch, channels: definition.channels, height: resolution,
        width: resolution), classes: options.classes ?? definition.classes)
    return try builder.build(output: definition.body(builder, options))
  }

  private static func find(_ name: String) throws -> (String, NetworkDefinition) {
    for family in families {
      if let found = family.networks.first(where: { $0.name == name })
        ?? family.unlisted(named: name)
      {
        return (family.family, found)
      }
    }
    let nearest = EditDistance.nearest(to: name, among: names, count: 3)
    throw GraphError(
      "unknown network \"\(name.prefix(60))\"; did you mean \(nearest.joined(separator: ", "))? "
        + "(convbench nets lists all)")
  }

  private static func check(_ options: NetworkOptions, _ definition: NetworkDefinition) throws {
    for (what, value, range) in [
      ("batch", options.batch, 1...4096),
      ("resolution", options.resolution ?? 1, 1...4096),
      ("identity layers", options.identityLayers ?? 0, 0...1024),
      ("classes", options.classes ?? 1, 1...100_000),
    ] where !range.contains(value) {
      throw GraphError(
        "\(what) \(value) is out of range; it must be from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    if let shortcut = options.shortcut, !definition.hasShortcuts {
      throw GraphError(
        "shortcut \(shortcut.rawValue) means nothing to \(definition.name); only residual networks have one"
      )
    }
    if options.identityLayers != nil, !definition.hasIdentityLayers {
      throw GraphError(
        "identity layers mean nothing to \(definition.name); only vgg19-identity has them")
    }
  }
}
