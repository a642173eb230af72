import Convolution
import Networks

/// How a tensor of the model relates to the value of a graph's node.
///
/// ONNX moves dimensions about (flattens, splits, transposes); the graph's values stay
/// `[batch][channels][height][width]`. A view says which part of which axis every dimension of the
/// model's tensor runs over, so that moves which cancel, or which the next operator takes in its
/// stride, cost nothing.
struct AxisView: Hashable {
  typealias Atom = AxisPart
  typealias Axis = TensorAxis

  /// Per dimension its atoms, outermost first. Extents of 1 have none.
  private(set) var dims: [[Atom]]

  private init(dims: [[Atom]]) { self.dims = dims.map(Self.merged) }

  /// Dimensions `rank` many: 4 are the axes as they are, 2 batch and channels of single pixels.
  init(_ shape: TensorShape, rank: Int = 4) {
    let axes = Axis.allCases.map { [Atom(axis: $0, size: shape[$0])] }
    dims = axes.prefix(rank).map(Self.merged)
  }

  /// A tensor with these extents whose elements are the shape's in their own order; nil where they
  /// are not as many, or cut across the axes.
  init?(_ shape: TensorShape, extents: [Int]) {
    guard let view = AxisView(shape).reshaped(extents) else { return nil }
    self = view
  }

  var rank: Int { dims.count }

  /// All parts, outermost first.
  var parts: [Atom] { dims.flatMap { $0 } }

  /// The shape that a tensor of some extents has in the graph: an image's dimensions on their own
  /// axes, a signal's as one row, what is more in the width.
  static func shape(for extents: [Int]) -> TensorShape {
    func extent(_ index: Int) -> Int { index < extents.count ? extents[index] : 1 }
    switch extents.count {
    case 0: return TensorShape(channels: 1, height: 1, width: 1)
    case 1: return TensorShape(batch: 1, channels: extents[0], height: 1, width: 1)
    case 3:
      return TensorShape(batch: extents[0], channels: extents[1], height: 1, width: extents[2])
    default:
      return TensorShape(
        batch: extents[0], channels: extents[1], height: extent(2),
        width: extents.dropFirst(3).reduce(1, *))
    }
  }

  /// The model's shape of the tensor.
  var extents: [Int] { dims.map { $0.reduce(1) { $0 * $1.size } } }

  // MARK: Moves

  func transposed(_ order: [Int]) -> AxisView { AxisView(dims: order.map { dims[$0] }) }

  /// nil where a new dimension would cut across the parts of the old ones.
  func reshaped(_ extents: [Int]) -> AxisView? {
    var rest = dims.flatMap { $0 }[...]
    var result: [[Atom]] = []
    for extent in extents {
      var open = extent
      var atoms: [Atom] = []
      while open > 1 {
        guard let atom = rest.first else { return nil }
        if open % atom.size == 0 {
          atoms.append(atom)
          rest.removeFirst()
          open /= atom.size
        } else if atom.size % open == 0 {
          let inner = atom.size / open
          atoms.append(Atom(axis: atom.axis, size: open, stride: atom.stride * inner))
          rest[rest.startIndex].size = inner
          open = 1
        } else {
          return nil
        }
      }
      guard open == 1 else { return nil }
      result.append(atoms)
    }
    return rest.isEmpty ? AxisView(dims: result) : nil
  }

  /// Without some dimensions, which must be of extent 1.
  func dropping(_ indices: Set<Int>) -> AxisView {
    AxisView(dims: dims.enumerated().filter { !indices.contains($0.offset) }.map(\.element))
  }

  /// With dimensions of extent 1 that have these indices afterwards.
  func inserting(_ indices: Set<Int>) -> AxisView {
    var rest = dims[...]
    return AxisView(
      dims: (0..<dims.count + indices.count).map {
        indices.contains($0) ? [] : rest.popFirst() ?? []
      })
  }

  /// The same dimensions where some have shrunk to 1.
  func emptying(_ indices: Set<Int>) -> AxisView {
    AxisView(dims: dims.enumerated().map { indices.contains($0.offset) ? [] : $0.element })
  }

  /// The same dimensions over a value whose axes have other extents: what was the whole of an axis
  /// still is.
  func fitted(from old: TensorShape, to new: TensorShape) -> AxisView {
    AxisView(
      dims: dims.map {
        $0.map { atom in
          atom.size == old[atom.axis] ? Atom(axis: atom.axis, size: new[atom.axis]) : atom
        }
      })
  }

  /// The same where a dimension has become the whole of an axis; one of extent 1 had none before.
  func spanning(_ axis: Axis, of shape: TensorShape, dimension: Int) -> AxisView {
    var result = dims
    result[dimension] = [Atom(axis: axis, size: shape[axis])]
    return AxisView(dims: result)
  }

  /// A choice of `count` indices along a dimension that is a part of the channels, over a value
  /// that has only the chosen channels; and whether a channel is in it by its index. nil for other
  /// dimensions.
  func narrowed(_ dimension: Int, to count: Int) -> (view: AxisView, index: (Int) -> Int)? {
    guard dims[dimension].count == 1, let part = dims[dimension].first, part.axis == .channels
    else { return nil }
    var result = dims
    for i in result.indices {
      for j in result[i].indices where result[i][j].axis == .channels {
        // Steps over whole runs of the part get shorter.
        if result[i][j].stride > part.stride {
          result[i][j].stride = result[i][j].stride / part.size * count
        }
      }
    }
    result[dimension][0].size = count
    return (AxisView(dims: result), { $0 / part.stride % part.size })
  }

  /// The view of two tensors combined element by element, extents of 1 repeated, if their
  /// dimensions lie on the same axes; nil otherwise.
  func combined(with other: AxisView, _ shape: TensorShape, _ otherShape: TensorShape) -> AxisView?
  {
    if self == other, shape == otherShape { return self }
    let rank = max(rank, other.rank)
    let padding = { (view: AxisView) in
      [[Atom]](repeating: [], count: rank - view.rank) + view.dims
    }
    var result: [[Atom]] = []
    for (a, b) in zip(padding(self), padding(other)) {
      for (atoms, own, opposite) in [(a, shape, otherShape), (b, otherShape, shape)] {
        // Parts of an axis could be repeated along the wrong one.
        guard atoms.count <= 1, atoms.allSatisfy({ $0.size == own[$0.axis] }),
          atoms.allSatisfy({ [1, $0.size].contains(opposite[$0.axis]) })
        else { return nil }
      }
      guard a.isEmpty || b.isEmpty || a == b else { return nil }
      // The other one's elements along this axis, if any, must be in this dimension as well.
      if b.isEmpty, a.contains(where: { otherShape[$0.axis] != 1 }) { return nil }
      if a.isEmpty, b.contains(where: { shape[$0.axis] != 1 }) { return nil }
      result.append(a.isEmpty ? b : a)
    }
    return AxisView(dims: result)
  }

  // MARK: Questions

  /// Whether the tensor's elements, row by row, are the node's in their own order.
  func isInOrder(of shape: TensorShape) -> Bool {
    Self.merged(dims.flatMap { $0 }) == AxisView(shape).dims.flatMap { $0 }
  }

  /// The dimensions are batch, channels, height and width; those that are left out at the end are 1.
  func isPlain(_ shape: TensorShape) -> Bool {
    let plain = AxisView(shape).dims
    return rank >= 1 && rank <= 4 && dims == Array(plain.prefix(rank))
      && plain.dropFirst(rank).allSatisfy(\.isEmpty)
  }

  /// The axis that a dimension is the whole of; for an extent of 1 the axis of its place, provided
  /// that it is 1 there as well.
  func axis(ofDimension index: Int, in shape: TensorShape) -> Axis? {
    let atoms = dims[index]
    if atoms.isEmpty { return isPlain(shape) ? Axis(rawValue: index) : nil }
    guard atoms.count == 1, atoms[0].stride == 1, shape[atoms[0].axis] == atoms[0].size else {
      return nil
    }
    return atoms[0].axis
  }

  /// Whether the dimensions are plain but for the order of the channels.
  func isChannelOrder(_ shape: TensorShape) -> Bool {
    let plain = AxisView(shape).dims
    return rank == 4 && dims[0] == plain[0] && dims[2] == plain[2] && dims[3] == plain[3]
      && dims[1].allSatisfy { $0.axis == .channels } && extents[1] == shape.channels
  }

  /// Then the node's channel for every channel of the tensor.
  var channelOrder: [Int] { Self.offsets(dims[1]) { $0.stride } }

  /// Whether the first dimension is the batch, and no other has parts of it.
  func startsWithBatch(_ shape: TensorShape) -> Bool {
    rank >= 2 && dims[0] == AxisView(shape).dims[0]
      && dims.dropFirst().allSatisfy { $0.allSatisfy { $0.axis != .batch } }
  }

  /// Then for every element of the other dimensions, row by row, its place in an image of the node.
  func imageOrder(_ shape: TensorShape) -> [Int] {
    let pitches: [Axis: Int] = [
      .channels: shape.height * shape.width, .height: shape.width, .width: 1,
    ]
    return Self.offsets(dims.dropFirst().flatMap { $0 }) { $0.stride * (pitches[$0.axis] ?? 0) }
  }

  private static func offsets(_ atoms: [Atom], _ step: (Atom) -> Int) -> [Int] {
    atoms.reduce([0]) { offsets, atom in
      offsets.flatMap { offset in (0..<atom.size).map { offset + $0 * step(atom) } }
    }
  }

  /// Neighbours that follow one another within an axis become one.
  private static func merged(_ atoms: [Atom]) -> [Atom] {
    var result: [Atom] = []
    for atom in atoms where atom.size != 1 {
      if let last = result.last, last.axis == atom.axis, last.stride == atom.stride * atom.size {
        result[result.count - 1].size *= atom.size
        result[result.count - 1].stride = atom.stride
      } else {
        result.append(atom)
      }
    }
    return result
  }
}
