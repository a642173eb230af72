import Convolution
import KernelLibrary
import Workers

/// A step with its addresses, ready to run any number of times. `run` allocates nothing.
protocol PreparedStep: AnyObject, Sendable {
  func run(on pool: WorkerPool)
}

/// How the rows of a tensor are dealt out: tasks are (image, channel block, band of rows).
struct Bands: Sendable {
  private let blocks: Int
  private let bands: Int
  private let height: Int
  private let rows: Int
  let tasks: Int

  /// Enough bands for all workers to have something, no more.
  init(images: Int, blocks: Int, height: Int, workers: Int) {
    self.blocks = blocks
    self.height = height
    let wanted = workers == 1 ? 1 : (4 * workers + images * blocks - 1) / (images * blocks)
    rows = (height + wanted - 1) / wanted
    bands = (height + rows - 1) / rows
    tasks = images * blocks * bands
  }

  init(_ view: TensorView, workers: Int) {
    self.init(
      images: view.shape.batch, blocks: view.blocks, height: view.shape.height, workers: workers)
  }

  @inline(__always)
  subscript(task: Int) -> (image: Int, block: Int, row: Int, rows: Int) {
    let (plane, band) = task.quotientAndRemainder(dividingBy: bands)
    let (image, block) = plane.quotientAndRemainder(dividingBy: blocks)
    return (image, block, band * rows, min(rows, height - band * rows))
  }
}

extension TensorView {
  /// Address of the first pixel of a row of a channel block.
  @inline(__always)
  func row(_ image: Int, _ block: Int, _ row: Int) -> UnsafeMutablePointer<Float> {
    base + (image * imagePitch + block * planePitch + row * rowPitch)
  }
}
