import Convolution
import Networks
import Topology

/// What every kind of kernel should reach on one thread: the table that `scripts/bench-kernels`
/// measures. A new target is one line.
public struct KernelTargets {
  /// What a share is of.
  enum Basis: String {
    /// Of the FMA peak, direct-convolution terms.
    case peak = "% of peak"
    /// Of the roofline of the level that the data fit in.
    case roofline = "% of roofline"
  }

  struct Target {
    let problems: [ConvolutionProblem]
    let strategy: String
    let basis: Basis
    /// For the best instruction set; the narrower one may fall short of it by `narrowAllowance`.
    let share: Double
  }

  /// AVX2's allowance.
  static let narrowAllowance = 0.08
  /// A layer slower than the first must gain by the second from a second thread.
  static let twoThreads: [(milliseconds: Double, gain: Double)] = [(1, 1.85), (0.2, 1.6)]
  static let winogradGain = 1.7
  /// Of the FMA peak, the best tile alone. SSE2 has no fused and no three-operand instructions.
  static func tileShare(of isa: InstructionSet) -> Double {
    isa == .baseline ? 0.75 : isa == .avx2 ? 0.95 - narrowAllowance : 0.95
  }
  /// Of the bandwidth of the level that the data fit in.
  static let stepShare = 0.70

  /// What rows of the table can be about: the tiles alone, every strategy beside plain loops, a
  /// strategy, the operations between convolutions.
  public static let kinds = [
    "micro", "loops", "direct", "pointwise", "im2col", "depthwise", "winograd", "operations",
  ]

  /// A shape that each strategy is for, where it must be faster than plain loops.
  static let loops: [(strategy: String, descriptor: String)] = [
    ("direct", "mb1ic32ih28oc32oh28kh3ph1"), ("pointwise", "mb1ic64ih28oc64oh28kh1"),
    ("im2col", "mb1ic32ih28oc32oh28kh3ph1"), ("winograd", "mb1ic32ih28oc32oh28kh3ph1"),
    ("depthwise", "g64mb1ic64ih28oc64oh28kh3ph1"), ("separable", "mb1ic32ih28oc32oh28kh5ph2"),
  ]

  let targets: [Target]
  /// 3×3 layers, stride 1, at least 64 channels and 14 rows, of VGG-16 and ResNet-18.
  let winograd: [ConvolutionProblem]

  init() throws {
    func target(
      _ strategy: String, _ share: Double, _ texts: [String], _ basis: Basis = .peak
    ) throws -> Target {
      Target(
        problems: try texts.map { try ConvolutionProblem(descriptor: "mb1\($0)") },
        strategy: strategy, basis: basis, share: share)
    }
    let square = ["ic64ih56oc64oh56kh3ph1", "ic128ih28oc128oh28kh3ph1", "ic256ih14oc256oh14kh3ph1"]
    let small = ["ic512ih7oc512oh7kh3ph1"]
    let strided = ["ic128ih56oc128oh28kh3sh2ph1", "ic256ih28oc256oh14kh3sh2ph1"]
    var targets = [
      try target("direct", 0.85, square), try target("direct", 0.75, small),
      try target("direct", 0.75, strided),
      try target(
        "pointwise", 0.82,
        [
          "ic64ih56oc256oh56kh1", "ic256ih56oc64oh56kh1", "ic512ih28oc128oh28kh1",
          "ic1024ih14oc256oh14kh1", "ic256ih14oc1024oh14kh1",
        ]),
      try target("pointwise", 0.72, ["ic2048ih7oc512oh7kh1", "ic512ih7oc2048oh7kh1"]),
      try target(
        "direct", 0.55,
        [
          "ic3ih224oc64oh112kh7sh2ph3", "ic3ih224oc64oh224kh3ph1", "ic3ih224oc32oh112kh3sh2ph1",
        ]),
      try target(
        "direct", 0.80,
        ["ic192ih17iw17oc192oh17ow17kh1kw7ph0pw3", "ic192ih17iw17oc192oh17ow17kh7kw1ph3pw0"]),
      try target("im2col", 0.70, square + small + strided),
    ]
    let mobile = try NetworkCatalog.graph(named: "mobilenetv1").layers.compactMap(\.problem)
    targets.append(
      Target(
        problems: Self.unique(mobile.filter(\.isDepthwise)), strategy: "depthwise",
        basis: .roofline, share: 0.70))
    targets.append(try target("pointwise", 0.85, ["ic25088ih1oc4096oh1kh1"], .roofline))
    self.targets = targets
    winograd = Self.unique(
      try ["vgg16", "resnet18"].flatMap { name in
        try NetworkCatalog.graph(named: name).layers.compactMap(\.problem)
      }.filter {
        $0.kernel == Extent(3) && $0.stride == Extent(1) && $0.inputChannels >= 64
          && $0.outputChannels >= 64 && $0.output.height >= 14
      })
  }

  private static func unique(_ problems: [ConvolutionProblem]) -> [ConvolutionProblem] {
    var seen: Set<ConvolutionProblem> = []
    return problems.filter { seen.insert($0).inserted }
  }
}
