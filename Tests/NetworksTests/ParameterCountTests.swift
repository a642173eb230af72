import Networks
import Testing

/// Published parameter counts and multiply-accumulates.
@Suite struct ParameterCountTests {
  /// The auxiliary heads that papers and frameworks have beside these networks are not counted.
  static let published: [(String, Int)] = [
    ("lenet5", 61_706),
    ("alexnet", 60_965_224), ("alexnet-owt", 61_100_840),
    ("vgg11", 132_863_336), ("vgg13", 133_047_848), ("vgg16", 138_357_544),
    ("vgg19", 143_667_240),
    ("googlenet", 6_998_552), ("googlenet-bn", 6_624_904), ("googlenet-d2l", 5_977_530),
    ("inceptionv2", 11_285_224), ("inceptionv3", 23_834_568), ("inceptionv4", 42_679_816),
    ("inceptionresnetv2", 55_843_464),
    ("resnet18", 11_689_512), ("resnet34", 21_797_672), ("resnet50", 25_557_032),
    ("resnet101", 44_549_160), ("resnet152", 60_192_808),
    ("plain18", 11_515_688), ("plain34", 21_623_848),
    ("resnet20", 269_722), ("resnet56", 853_018), ("resnet110", 1_727_962),
    ("resnet1202", 19_421_274),
    ("densenet121", 7_978_856), ("densenet169", 14_149_480), ("densenet201", 20_013_928),
    ("densenet161", 28_681_000), ("densenet264", 33_337_704),
    ("mobilenetv1", 4_231_976), ("mobilenetv1-1.0", 4_231_976), ("mobilenetv1-0.75", 2_585_560),
    ("mobilenetv1-0.5", 1_331_592), ("mobilenetv1-0.25", 470_072),
    ("mobilenetv2", 3_504_872), ("mobilenetv2-1.0", 3_504_872), ("mobilenetv2-0.35", 1_677_128),
    ("mobilenetv2-0.5", 1_968_680), ("mobilenetv2-0.75", 2_636_424),
    ("mobilenetv2-1.3", 5_386_792), ("mobilenetv2-1.4", 6_108_776),
    ("squeezenet1.0", 1_248_424), ("squeezenet1.1", 1_235_496),
    ("resnext50", 25_028_904), ("resnext101-32x8d", 88_791_336),
    ("wide-resnet50", 68_883_240), ("wide-resnet101", 126_886_696),
    ("shufflenetv2", 2_278_604), ("shufflenetv2-0.5", 1_366_792), ("shufflenetv2-1.0", 2_278_604),
    ("shufflenetv2-1.5", 3_503_624), ("shufflenetv2-2.0", 7_393_996),
    ("mobilenetv3-small", 2_542_856), ("mobilenetv3-large", 5_483_032),
    ("efficientnet-b0", 5_288_548), ("efficientnet-b1", 7_794_184), ("efficientnet-b2", 9_109_994),
    ("efficientnet-b3", 12_233_232), ("efficientnet-b4", 19_341_616),
    ("regnetx-400mf", 5_495_976), ("regnety-400mf", 4_344_144), ("convnext-tiny", 28_589_128),
  ]

  @Test(arguments: published)
  func parameters(_ name: String, _ count: Int) throws {
    #expect(try NetworkCatalog.graph(named: name).parameters == count)
  }

  /// vgg19-identity alone has a number of its own: it depends on what is inserted.
  @Test func everyListedNetworkIsChecked() {
    let checked = Set(Self.published.map(\.0))
    #expect(NetworkCatalog.names.filter { !checked.contains($0) } == ["vgg19-identity"])
    #expect(Set(NetworkCatalog.names).count == NetworkCatalog.names.count)
  }

  @Test(arguments: [
    ("alexnet-owt", 714_188_480), ("vgg16", 15_470_264_320), ("resnet18", 1_814_073_344),
    ("resnet50", 4_089_184_256), ("densenet121", 2_834_161_664), ("inceptionv3", 5_713_216_096),
    ("mobilenetv1", 568_740_352), ("mobilenetv2", 300_774_272),
    ("squeezenet1.0", 818_924_576), ("squeezenet1.1", 349_151_936),
    ("resnext50", 4_230_479_872), ("resnext101-32x8d", 16_414_015_488),
    ("wide-resnet50", 11_398_021_120), ("wide-resnet101", 22_753_050_624),
    ("shufflenetv2", 144_907_992), ("shufflenetv2-0.5", 40_476_448),
    ("shufflenetv2-1.5", 295_759_392), ("shufflenetv2-2.0", 583_253_464),
    ("mobilenetv3-small", 56_510_400), ("mobilenetv3-large", 216_589_760),
    ("efficientnet-b0", 385_814_752), ("efficientnet-b1", 686_802_832),
    ("efficientnet-b2", 993_561_872), ("efficientnet-b3", 1_827_141_392),
    ("efficientnet-b4", 4_393_771_024), ("regnetx-400mf", 413_812_608),
    ("regnety-400mf", 401_842_848), ("convnext-tiny", 4_455_531_264),
  ])
  func multiplyAccumulates(_ name: String, _ count: Int) throws {
    #expect(try NetworkCatalog.graph(named: name).macs == count)
    let options = NetworkOptions(batch: 3)
    #expect(try NetworkCatalog.graph(named: name, options: options).macs == 3 * count)
  }

  /// The ports of BN-Inception that keep a bias in every convolution count 11,295,240.
  @Test func inceptionV2WithBiases() throws {
    let graph = try NetworkCatalog.graph(named: "inceptionv2")
    let biases = graph.convolutions.reduce(0) { $0 + $1.shape.channels }
    #expect(graph.parameters + biases == 11_295_240)
  }

  /// Zero padding has no parameters; projections have `in * out` weights and two per channel.
  @Test func shortcutsOfResNet() throws {
    func parameters(_ name: String, _ shortcut: Shortcut) throws -> Int {
      try NetworkCatalog.graph(named: name, options: NetworkOptions(shortcut: shortcut)).parameters
    }
    let projections = 64 * 128 + 128 * 256 + 256 * 512 + 2 * (128 + 256 + 512)
    #expect(try parameters("resnet18", .b) - parameters("resnet18", .a) == projections)
    let remaining =
      2 * (64 * 64 + 2 * 64) + (128 * 128 + 2 * 128) + (256 * 256 + 2 * 256)
      + (512 * 512 + 2 * 512)
    #expect(try parameters("resnet18", .c) - parameters("resnet18", .b) == remaining)
    // Option B on CIFAR, as in several repositories.
    #expect(try parameters("resnet20", .b) == 272_474)
  }
}
