import Topology

#if canImport(Glibc)
  import Glibc
#endif

/// The logical extents of an activation tensor, `[batch][channels][height][width]`.
public struct TensorShape: Hashable, Sendable, Codable {
  public var batch: Int
  public var channels: Int
  public var height: Int
  public var width: Int

  public init(batch: Int = 1, channels: Int, height: Int, width: Int) {
    self.batch = batch
    self.channels = channels
    self.height = height
    self.width = width
  }

  public var count: Int { batch * channels * height * width }
  public var extent: Extent { Extent(height, width) }
}

/// Where each element of a tensor lies: NCHWc with a zero border around every plane.
///
/// Channels are cut into blocks of `block`; a plane holds one block of one image with its pixels
/// row by row, the block's channels of a pixel side by side. Element `(n, c, h, w)` is at
///
///     origin + n*imagePitch + (c / block)*planePitch + h*rowPitch + w*block + c % block
///
/// in floats. `block == 1` is planar NCHW. A last block with fewer channels is filled with zeros.
///
/// Where a plane is a single pixel without a halo, the images of a batch lie side by side in it: to a
/// register tile they are the pixels of a row, so that a fully connected layer reads its weights once
/// a batch and not once an image.
public struct TensorLayout: Hashable, Sendable {
  public let shape: TensorShape
  public let block: Int
  public let halo: Halo

  public init(shape: TensorShape, block: Int, halo: Halo = .none) {
    self.shape = shape
    self.block = block
    self.halo = halo
  }

  public var blocks: Int { (shape.channels + block - 1) / block }
  public var rowPitch: Int { (halo.left + shape.width + halo.right) * block }
  /// Rounded up to 64 bytes so that every plane of a blocked tensor starts on a cache line.
  public var planePitch: Int {
    (imagesPerPlane * planeCount + 15) / 16 * 16
  }
  public var imagePitch: Int { imagesPerPlane > 1 ? block : blocks * planePitch }
  /// Floats of one block of one image, halo included.
  public var planeCount: Int { (halo.top + shape.height + halo.bottom) * rowPitch }
  private var imagesPerPlane: Int {
    shape.extent == Extent(1) && halo == .none && block > 1 ? shape.batch : 1
  }
  /// Offset of element (0, 0, 0, 0).
  public var origin: Int { halo.top * rowPitch + halo.left * block }
  /// Floats that the tensor occupies, halo included.
  public var count: Int { shape.batch / imagesPerPlane * blocks * planePitch }
}

/// A window on float memory with a layout. It does not own the memory: whoever made it keeps the
/// memory alive, and no two threads write the same element.
public struct TensorView: @unchecked Sendable {
  /// Element (0, 0, 0, 0); the halo lies before and between the rows.
  public let base: UnsafeMutablePointer<Float>
  public let shape: TensorShape
  public let block: Int
  /// Pitches in floats.
  public let rowPitch: Int
  public let planePitch: Int
  public let imagePitch: Int

  public init(
    base: UnsafeMutablePointer<Float>, shape: TensorShape, block: Int, rowPitch: Int,
    planePitch: Int, imagePitch: Int
  ) {
    self.base = base
    self.shape = shape
    self.block = block
    self.rowPitch = rowPitch
    self.planePitch = planePitch
    self.imagePitch = imagePitch
  }

  /// - Parameter memory: the start of `layout.count` floats.
  public init(memory: UnsafeMutablePointer<Float>, layout: TensorLayout) {
    self.init(
      base: memory + layout.origin, shape: layout.shape, block: layout.block,
      rowPitch: layout.rowPitch, planePitch: layout.planePitch, imagePitch: layout.imagePitch)
  }

  public var blocks: Int { (shape.channels + block - 1) / block }

  /// The channels `first..<first + count` as a tensor of their own; `first` is a multiple of the
  /// block. A concatenation is written through such views.
  public func channels(from first: Int, count: Int) -> TensorView {
    precondition(first % block == 0, "a channel range starts on a block")
    var part = shape
    part.channels = count
    return TensorView(
      base: base + first / block * planePitch, shape: part, block: block, rowPitch: rowPitch,
      planePitch: planePitch, imagePitch: imagePitch)
  }

  /// One image of the batch as a tensor of its own.
  public func image(_ n: Int) -> TensorView {
    var part = shape
    part.batch = 1
    return TensorView(
      base: base + n * imagePitch, shape: part, block: block, rowPitch: rowPitch,
      planePitch: planePitch, imagePitch: imagePitch)
  }

  /// Offset from `base` of element `(n, c, h, w)`.
  @inline(__always)
  public func offset(_ n: Int, _ c: Int, _ h: Int, _ w: Int) -> Int {
    n * imagePitch + c / block * planePitch + h * rowPitch + w * block + c % block
  }

  /// Copies from planar `[batch][channels][height][width]`; fills the last block's unused channels
  /// with zeros. The halo is left alone.
  public func load(planar source: [Float]) {
    precondition(source.count == shape.count)
    for n in 0..<shape.batch {
      for c in 0..<blocks * block {
        for h in 0..<shape.height {
          let row = ((n * shape.channels + c) * shape.height + h) * shape.width
          for w in 0..<shape.width {
            base[offset(n, c, h, w)] = c < shape.channels ? source[row + w] : 0
          }
        }
      }
    }
  }

  /// Copies to planar `[batch][channels][height][width]`.
  public func planar() -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(shape.count)
    for n in 0..<shape.batch {
      for c in 0..<shape.channels {
        for h in 0..<shape.height {
          for w in 0..<shape.width { result.append(base[offset(n, c, h, w)]) }
        }
      }
    }
    return result
  }
}

/// Float memory on a cache-line boundary, zeroed, freed with its owner.
public final class FloatBuffer: @unchecked Sendable {
  public let memory: UnsafeMutablePointer<Float>
  public let count: Int

  private static let hugePage = 1 << 21

  /// Large buffers start on a page, so that they do not share one with anything else; from 2 MiB
  /// on they ask for huge pages, without which a stream of weights waits for page walks.
  public init(count: Int) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let alignment = bytes >= Self.hugePage ? Self.hugePage : bytes >= 1 << 16 ? 4096 : 64
    let raw = Self.allocate(bytes, alignment)
    #if canImport(Glibc)
      // Before the first touch. Where the system declines, ordinary pages serve.
      if bytes >= Self.hugePage { _ = madvise(raw, bytes, MADV_HUGEPAGE) }
    #endif
    memory = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    memory.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { free(memory) }

  /// Ends the program with a line where the memory is not there: Swift's own allocation would trap,
  /// a control group would end the process when the memory is first touched, and nobody can go on
  /// without it. `MemoryBudget` is asked before, where a whole is known.
  private static func allocate(_ bytes: Int, _ alignment: Int) -> UnsafeMutableRawPointer {
    do {
      try MemoryBudget.claim(bytes: Double(bytes), for: "a buffer")
    } catch {
      end("\(error)")
    }
    var raw: UnsafeMutableRawPointer?
    guard posix_memalign(&raw, alignment, bytes) == 0, let raw else {
      let mebibytes = (bytes + (1 << 20) - 1) >> 20
      end(
        "the system refuses \(mebibytes) MiB of memory (ulimit -v, ulimit -d, the machine's "
          + "memory); use a smaller batch or resolution")
    }
    return raw
  }

  private static func end(_ reason: String) -> Never {
    _ = "convbench: \(reason)\n".withCString { write(2, $0, strlen($0)) }
    exit(2)
  }
}

/// A tensor that owns its memory.
public final class Tensor: @unchecked Sendable {
  public let layout: TensorLayout
  public let buffer: FloatBuffer
  public var view: TensorView { TensorView(memory: buffer.memory, layout: layout) }

  public init(_ layout: TensorLayout) {
    self.layout = layout
    buffer = FloatBuffer(count: layout.count)
  }

  public convenience init(shape: TensorShape, block: Int, halo: Halo = .none, planar: [Float]) {
    self.init(TensorLayout(shape: shape, block: block, halo: halo))
    view.load(planar: planar)
  }
}
