import Convolution
import Testing

@Suite struct VocabularyTests {
  @Test(arguments: [
    "none", "bias", "residual", "relu", "bias+relu6", "bias+residual+relu", "bias+tanh",
  ])
  func epiloguesRoundTrip(_ text: String) {
    #expect(Epilogue(text)?.description == text)
  }

  @Test(arguments: ["", "bias+bias", "gelu", "relu+relu6", "bias+", "none+bias", "relu+relu"])
  func wrongEpiloguesAreRefused(_ text: String) {
    #expect(Epilogue(text) == nil)
  }

  @Test(arguments: [1, 4, 8, 16], [1, 5, 16, 17])
  func tensorsKeepTheirElements(block: Int, channels: Int) {
    let shape = TensorShape(batch: 2, channels: channels, height: 3, width: 5)
    let planar = (0..<shape.count).map { Float($0 + 1) }
    let halo = Halo(top: 1, left: 2, bottom: 3, right: 1)
    let tensor = Tensor(shape: shape, block: block, halo: halo, planar: planar)
    #expect(tensor.view.planar() == planar)
    // Everything that is not an element is zero: halo, unused channels, alignment.
    let sum = (0..<tensor.layout.count).reduce(Float(0)) { $0 + tensor.buffer.memory[$1] }
    #expect(sum == planar.reduce(0, +))
    #expect(tensor.layout.planePitch * 4 % 64 == 0)
  }

  @Test(arguments: [1, 3, 5], [4, 16])
  func imagesOfOnePixelLieSideBySide(batch: Int, block: Int) {
    let shape = TensorShape(batch: batch, channels: 19, height: 1, width: 1)
    let planar = (0..<shape.count).map { Float($0 + 1) }
    let tensor = Tensor(shape: shape, block: block, planar: planar)
    #expect(tensor.view.planar() == planar)
    #expect(batch == 1 || tensor.view.imagePitch == block)
    let sum = (0..<tensor.layout.count).reduce(Float(0)) { $0 + tensor.buffer.memory[$1] }
    #expect(sum == planar.reduce(0, +))
    #expect(tensor.layout.planePitch * 4 % 64 == 0)
    // A halo keeps them apart.
    let halo = Halo(top: 1, left: 0, bottom: 0, right: 0)
    let apart = TensorLayout(shape: shape, block: block, halo: halo)
    #expect(apart.imagePitch == apart.blocks * apart.planePitch)
  }

  @Test func channelRangesAreViews() {
    let shape = TensorShape(channels: 12, height: 2, width: 2)
    let tensor = Tensor(
      shape: shape, block: 4, planar: (0..<shape.count).map(Float.init))
    let part = tensor.view.channels(from: 4, count: 8)
    #expect(part.planar() == (16..<48).map(Float.init))
  }

  @Test func halosUnite() {
    let union = Halo(top: 1, left: 0, bottom: 2, right: 0)
      .union(Halo(top: 0, left: 3, bottom: 1, right: 1))
    #expect(union == Halo(top: 1, left: 3, bottom: 2, right: 1))
  }

  @Test func countsAreTheLiteratures() throws {
    // A 5×5 convolution of 12×12×3 to 8×8×256.
    let problem = try ConvolutionProblem(descriptor: "mb1ic3ih12oc256oh8kh5ph0")
    #expect(problem.directCounts.multiplications == 1_228_800)
    #expect(problem.directCounts.additions == 8 * 8 * 256 * 74)
    #expect(problem.compulsoryBytes == 4 * (432 + 19_200 + 16_384))
  }
}
