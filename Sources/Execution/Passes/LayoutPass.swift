import Convolution

/// The last pass: gives every value its memory layout and writes down the steps.
///
/// Values are blocked by the vector width; the network's inputs are planar. A value that a kernel
/// wants in the other layout gets a conversion step, once. A concatenation is a storage of its
/// own in which its inputs get ranges of channels, nested ones included (so a DenseNet block is one
/// storage); an input that is not aligned to blocks, or has its range elsewhere, is copied. A slice
/// of whole blocks is a range of its input's channels, and a function overwrites an input that
/// nobody else reads.
struct LayoutPass {
  private(set) var steps: [Step] = []
  private(set) var tensors: [ActivationTensor] = []
  private(set) var storages: [TensorLayout] = []
  private(set) var layers: [NetworkLayer] = []
  private(set) var constants: [ConstantTensor] = []
  /// By the inputs' nodes.
  private(set) var inputs: [Int: Int] = [:]
  private(set) var outputs: [Int] = []

  private let lowering: Lowering
  private let vectorWidth: Int
  private let order: [Int]
  private let homes: [Int: Home]
  /// The values that lie where their input lay.
  private let overwriting: Set<Int>
  /// Tensors of values by layout.
  private var blocked: [Int: Int] = [:]
  private var planar: [Int: Int] = [:]
  /// Storages of the outermost concatenations.
  private var roots: [Int: Int] = [:]

  /// Where a concatenation's input lies: the outermost concatenation and the first channel there.
  private struct Home: Equatable {
    let root: Int
    let firstChannel: Int
  }

  init(lowering: Lowering, vectorWidth: Int) {
    self.lowering = lowering
    self.vectorWidth = vectorWidth
    order = lowering.ordered()
    let consumers = lowering.consumers()
    overwriting = Set(
      order.filter {
        lowering.overwritesInput($0, consumers: consumers, vectorWidth: vectorWidth)
      })
    homes = Self.homes(lowering, order, vectorWidth, overwriting)
  }

  mutating func run() {
    for id in order { append(id, lowering.nodes[id]) }
    outputs = lowering.outputs.map { blocked[$0] ?? planar[$0] ?? 0 }
  }

  /// Walks from the outermost concatenations inwards.
  private static func homes(
    _ lowering: Lowering, _ order: [Int], _ width: Int, _ overwriting: Set<Int>
  ) -> [Int: Home] {
    var homes: [Int: Home] = [:]
    for id in order.reversed() {
      if overwriting.contains(id) { homes[lowering.nodes[id].inputs[0]] = homes[id] }
      guard lowering.nodes[id].kind == .concatenation else { continue }
      let home = homes[id] ?? Home(root: id, firstChannel: 0)
      let total = lowering.nodes[home.root].shape.channels
      var channel = home.firstChannel
      for value in lowering.nodes[id].inputs {
        let count = lowering.nodes[value].shape.channels
        // A part-filled last block would be shared with the next range, whose channels the value's
        // own readers expect to be zero.
        let isAligned = channel % width == 0 && (count % width == 0 || channel + count == total)
        if isAligned, homes[value] == nil, lowering.nodes[value].isComputed,
          lowering.view(value, vectorWidth: width) == nil
        {
          homes[value] = Home(root: home.root, firstChannel: channel)
        }
        channel += count
      }
    }
    return homes
  }

  private mutating func append(_ id: Int, _ node: Lowering.Node) {
    switch node.kind {
    case .input:
      let tensor = addTensor(node.shape, storage: addStorage(node.shape, block: 1))
      planar[id] = tensor
      inputs[id] = tensor
    case .convolution(let problem, let bias): append(id, node, problem, bias: bias)
    case .concatenation: appendConcatenation(id, node)
    case .affine:
      add(.affine(node.affines, node.activation), id, node, [blockedTensor(node.inputs[0])])
    case .add:
      add(
        .add(node.activation), id, node,
        [blockedTensor(node.inputs[0]), blockedTensor(node.inputs[1])])
    case .constant:
      let tensor = addTensor(node.shape, storage: addStorage(node.shape, block: vectorWidth))
      blocked[id] = tensor
      constants.append(ConstantTensor(tensor: tensor, node: node.nodes[0]))
    case .operation(let operation):
      if let slice = lowering.view(id, vectorWidth: vectorWidth) {
        let source = tensors[blockedTensor(node.inputs[0])]
        blocked[id] = addTensor(
          node.shape, storage: source.storage, firstChannel: source.firstChannel + slice.first)
      } else {
        add(.operation(operation, node: node.nodes[0]), id, node)
      }
    case .identity: break
    }
  }

  /// A step that reads blocked tensors.
  private mutating func add(_ work: Step.Work, _ id: Int, _ node: Lowering.Node) {
    add(work, id, node, node.inputs.map { blockedTensor($0) })
  }

  private mutating func append(
    _ id: Int, _ node: Lowering.Node, _ problem: ConvolutionProblem, bias: Bool
  ) {
    let isPlanar = problem.inputBlock(vectorWidth: vectorWidth) == 1
    let source = isPlanar ? planarTensor(node.inputs[0]) : blockedTensor(node.inputs[0])
    widen(tensors[source].storage, to: problem.halo)
    let residual = node.inputs.dropFirst().map { blockedTensor($0) }
    layers.append(
      NetworkLayer(
        name: node.name,
        workload: Workload(
          problem: problem,
          epilogue: Epilogue(
            bias: bias || node.affines.contains(where: \.shifts), residual: node.hasResidual,
            activation: node.activation)),
        nodes: node.nodes, step: steps.count, folded: node.affines))
    add(.convolution(layer: layers.count - 1), id, node, [source] + residual)
  }

  private mutating func appendConcatenation(_ id: Int, _ node: Lowering.Node) {
    let home = homes[id] ?? Home(root: id, firstChannel: 0)
    let target = outputTensor(id, node)
    var channel = 0
    for value in node.inputs {
      let source = blocked[value] ?? planar[value] ?? 0
      let wanted = Home(root: home.root, firstChannel: home.firstChannel + channel)
      if homes[value] != wanted {
        steps.append(
          Step(
            name: "\(node.name)/\(lowering.nodes[value].name)", work: .copy(firstChannel: channel),
            inputs: [source], output: target, nodes: []))
      }
      channel += lowering.nodes[value].shape.channels
    }
  }

  private mutating func add(_ work: Step.Work, _ id: Int, _ node: Lowering.Node, _ inputs: [Int]) {
    let target = outputTensor(id, node)
    steps.append(
      Step(name: node.name, work: work, inputs: inputs, output: target, nodes: node.nodes))
  }

  // MARK: Tensors

  /// The tensor of a node's value, within the outermost concatenation that it is part of.
  private mutating func outputTensor(_ id: Int, _ node: Lowering.Node) -> Int {
    if overwriting.contains(id) {
      let tensor = blockedTensor(node.inputs[0])
      blocked[id] = tensor
      return tensor
    }
    let home = homes[id] ?? Home(root: id, firstChannel: 0)
    let storage =
      roots[home.root]
      ?? addStorage(lowering.nodes[home.root].shape, block: vectorWidth)
    roots[home.root] = storage
    let tensor = addTensor(node.shape, storage: storage, firstChannel: home.firstChannel)
    blocked[id] = tensor
    return tensor
  }

  private mutating func blockedTensor(_ value: Int) -> Int {
    if let tensor = blocked[value] { return tensor }
    let tensor = converted(value, block: vectorWidth)
    blocked[value] = tensor
    return tensor
  }

  private mutating func planarTensor(_ value: Int) -> Int {
    if let tensor = planar[value] { return tensor }
    let tensor = converted(value, block: 1)
    planar[value] = tensor
    return tensor
  }

  private mutating func converted(_ value: Int, block: Int) -> Int {
    let node = lowering.nodes[value]
    let source = blocked[value] ?? planar[value] ?? 0
    let tensor = addTensor(node.shape, storage: addStorage(node.shape, block: block))
    steps.append(
      Step(
        name: "\(node.name)/\(block == 1 ? "planar" : "blocked")", work: .convert,
        inputs: [source], output: tensor, nodes: []))
    return tensor
  }

  private mutating func addTensor(_ shape: TensorShape, storage: Int, firstChannel: Int = 0) -> Int
  {
    tensors.append(ActivationTensor(shape: shape, storage: storage, firstChannel: firstChannel))
    return tensors.count - 1
  }

  private mutating func addStorage(_ shape: TensorShape, block: Int) -> Int {
    storages.append(TensorLayout(shape: shape, block: block))
    return storages.count - 1
  }

  private mutating func widen(_ storage: Int, to halo: Halo) {
    let old = storages[storage]
    storages[storage] = TensorLayout(
      shape: old.shape, block: old.block, halo: old.halo.union(halo))
  }
}
