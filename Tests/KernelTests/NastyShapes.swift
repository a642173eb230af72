import Convolution
import KernelLibrary

@testable import Base

/// Problems at which kernels break: tails in every dimension, groups that are neither one nor
/// depthwise, kernels larger than the image, padding larger than the kernel, one pixel.
enum NastyShapes {
  static let handPicked = [
    "mb1ic1ih1oc1oh1kh1",
    "mb1ic1ih9oc1oh9kh3ph1",
    "mb2ic17ih1oc33oh1kh1",
    "mb3ic5ih7iw3oc7oh7ow3kh3kw3ph1pw1",
    "mb1ic16ih5oc16oh3kh3ph0",
    "mb1ic19ih13iw9oc21oh13ow13kh3kw3ph1pw1",
    "mb1ic40ih14oc80oh14kh1",
    "mb1ic48ih17iw17oc50oh17ow17kh1kw7ph0pw3",
    "mb1ic50ih17iw17oc48oh17ow17kh7kw1ph3pw0",
    "mb2ic9ih5iw20oc21oh5ow20kh1kw5ph0pw2",
    "mb1ic17ih23iw3oc5oh21ow3kh5kw1ph1pw0",
    "mb1ic20ih4iw16oc33oh4ow16kh1kw3ph0pw1",
    "mb3ic7ih1iw1oc9oh1ow1kh7kw1ph3pw0",
    "mb1ic19ih9iw6oc40oh13ow8kh1kw7ph2pw4",
    "mb1ic3ih23oc13oh12kh7sh2ph3",
    "mb1ic3ih31oc24oh6kh11sh4ph2",
    "mb1ic4ih15oc20oh15kh3ph1",
    "mb1ic2ih9oc40oh3kh3sh3ph0",
    "mb1ic33ih11oc18oh4kh3sh3ph1",
    "mb1ic20ih12oc12oh6kh2sh2ph0",
    "mb1ic8ih224iw5oc8oh112ow3kh3kw3sh2sw2ph0pw0",
    "mb1ic24ih10oc24oh10kh3ph2dh1",
    "mb2ic18ih12iw12oc10oh10ow10kh3kw3dh2dw1ph2pw1",
    "mb1ic6ih4oc6oh10kh3ph4",
    "mb1ic16ih7oc64oh1kh7ph0",
    "mb1ic130ih3oc70oh3kh1",
    "g2mb1ic24ih9oc40oh9kh3ph1",
    "g3mb2ic9ih8oc15oh4kh3sh2ph1",
    "g4mb1ic64ih6oc96oh6kh1",
    "g8mb1ic32ih10oc32oh10kh5ph2",
    "g5mb1ic35ih6oc20oh6kh3ph1",
    "g32mb1ic32ih11oc32oh11kh3ph1",
    "g33mb2ic33ih9iw14oc33oh5ow7kh3kw3sh2sw2ph1pw1",
    "g16mb1ic16ih8oc48oh8kh3ph1",
    "g5mb1ic5ih9oc10oh9kh5ph2",
    "g20mb1ic20ih12oc20oh12kh3ph2dh1",
    "g7mb1ic7ih15iw15oc7oh8ow8kh4kw2sh2sw2ph2pw0",
    "g40mb1ic40ih7oc40oh1kh7ph0",
    "mb9ic70ih1oc40oh1kh1",
    "mb31ic20ih3oc35oh1kh3ph0",
    "mb4ic24ih1oc18oh1kh3ph1",
    "mb3ic21ih2oc17oh1kh2sh2ph0",
    "g3mb5ic24ih1oc36oh1kh1",
    "g20mb3ic20ih1oc20oh1kh1",
    "g6mb3ic6ih1oc12oh1kh3ph1",
    "mb5ic12ih10iw20oc8oh5ow7kh3kw5sh2sw3dh1dw0ph2pw1",
  ]

  /// Random small problems, the same on every run.
  static func generated(_ count: Int, seed: UInt64) -> [ConvolutionProblem] {
    var random = SeededGenerator(seed: seed)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    var result: [ConvolutionProblem] = []
    while result.count < count {
      let groups = [1, 1, 1, 2, 3, 8].randomElement(using: &random)!
      let depthwise = pick(0...3) == 0
      let channels = pick(1...40)
      let pad = Halo(top: pick(0...4), left: pick(0...4), bottom: pick(0...4), right: pick(0...4))
      let problem = try? ConvolutionProblem(
        batch: pick(1...3), groups: depthwise ? channels : groups,
        inputChannels: depthwise ? channels : groups * pick(1...20),
        outputChannels: depthwise ? channels * pick(1...2) : groups * pick(1...24),
        input: Extent(pick(1...19), pick(1...19)), kernel: Extent(pick(1...5), pick(1...5)),
        stride: Extent(pick(1...4), pick(1...4)), dilation: Extent(pick(1...3), pick(1...3)),
        padding: pad)
      if let problem { result.append(problem) }
    }
    return result
  }
}
