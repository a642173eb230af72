import Convolution
import Execution
import Networks
import Testing

@Suite struct MemoryPlanTests {
  /// First and last step that use a storage; the input is used always.
  func lifetimes(_ network: LoweredNetwork) -> [ClosedRange<Int>] {
    var uses = [[Int]](repeating: [], count: network.storages.count)
    for (index, step) in network.steps.enumerated() {
      for tensor in step.inputs + [step.output] {
        uses[network.tensors[tensor].storage].append(index)
      }
    }
    uses[network.tensors[network.inputs[0] ?? 0].storage] += [-1, network.steps.count]
    for output in network.outputs {
      uses[network.tensors[output].storage].append(network.steps.count)
    }
    return uses.map { ($0.min() ?? 0)...($0.max() ?? 0) }
  }

  /// Greedily, and in the order of use as very long networks are placed.
  @Test(
    arguments: ["resnet50", "inceptionv3", "densenet121", "mobilenetv2-1.0", "resnet110"],
    [4096, 0])
  func storagesAliveTogetherDoNotOverlap(name: String, greedyLimit: Int) throws {
    let graph = try NetworkCatalog.graph(named: name)
    let network = try LoweredNetwork(graph: graph, vectorWidth: 8)
    let plan = MemoryPlan(network, greedyLimit: greedyLimit)
    let lifetimes = lifetimes(network)
    var total = 0
    for (a, layout) in network.storages.enumerated() {
      let range = plan.offsets[a]..<plan.offsets[a] + layout.count
      #expect(plan.offsets[a] % 16 == 0)
      #expect(range.upperBound <= plan.count)
      total += layout.count
      for b in 0..<a where lifetimes[a].overlaps(lifetimes[b]) {
        let other = plan.offsets[b]..<plan.offsets[b] + network.storages[b].count
        #expect(!range.overlaps(other), "\(a) and \(b)")
      }
    }
    #expect(plan.count < total / 2)
  }

  /// A simulation of runs, in which every step leaves its storages' interiors dirty.
  /// Passes that look at every pair of steps, or follow a chain from each of its links, would take
  /// minutes here.
  @Test func longNetworks() throws {
    let length = 50_000
    let builder = GraphBuilder(
      name: "long", family: "test", input: TensorShape(channels: 16, height: 1, width: 1),
      classes: 1)
    var x = builder.input
    for _ in 0..<length { x = builder.dropout(x) }
    var kept: [Int] = []
    for index in 0..<length {
      x = builder.function(x, .absolute)
      if index % 10 == 0 { kept.append(x) }
    }
    while let other = kept.popLast() { x = builder.arithmetic(.multiply, x, other) }
    let graph = try builder.build(output: x)
    let network = try LoweredNetwork(graph: graph, vectorWidth: 16)
    // One more makes blocks of the planar input.
    #expect(network.steps.count == length + length / 10 + 1)
    let plan = MemoryPlan(network)
    #expect(plan.count <= (length / 10 + 100) * 16)
    #expect(network.fusible.isEmpty)
  }

  @Test(
    arguments: ["resnet18", "inceptionv3", "densenet121", "mobilenetv2-1.0", "resnet56"], [4096, 0])
  func halosAreZeroWhenRead(name: String, greedyLimit: Int) throws {
    let graph = try NetworkCatalog.graph(named: name, options: NetworkOptions(resolution: 96))
    let network = try LoweredNetwork(graph: graph, vectorWidth: 4)
    let plan = MemoryPlan(network, greedyLimit: greedyLimit)
    var arena = [Bool](repeating: false, count: plan.count)
    func border(_ storage: Int, _ body: (Int) -> Void) {
      let layout = network.storages[storage]
      for plane in 0..<layout.shape.batch * layout.blocks {
        let start = plan.offsets[storage] + plane * layout.planePitch
        for i in 0..<layout.planePitch where !isInterior(layout, i) { body(start + i) }
      }
    }
    for _ in 0..<2 {
      for (index, step) in network.steps.enumerated() {
        for storage in plan.clears[index] { border(storage) { arena[$0] = false } }
        for input in step.inputs {
          var dirty = 0
          border(network.tensors[input].storage) { dirty += arena[$0] ? 1 : 0 }
          let layout = network.storages[network.tensors[input].storage]
          #expect(layout.halo == .none || dirty == 0, "\(step.name)")
        }
        let tensor = network.tensors[step.output]
        let layout = network.storages[tensor.storage]
        let blocks = (tensor.shape.channels + layout.block - 1) / layout.block
        for block in 0..<blocks {
          let start =
            plan.offsets[tensor.storage] + (tensor.firstChannel / layout.block + block)
            * layout.planePitch
          for i in 0..<layout.planePitch where isInterior(layout, i) { arena[start + i] = true }
        }
      }
    }
  }

  func isInterior(_ layout: TensorLayout, _ i: Int) -> Bool {
    let (row, column) = (i / layout.rowPitch, i % layout.rowPitch / layout.block)
    return (layout.halo.top..<layout.halo.top + layout.shape.height).contains(row)
      && (layout.halo.left..<layout.halo.left + layout.shape.width).contains(column)
  }

  @Test func deepNetworksInheritTheirHalos() throws {
    let graph = try NetworkCatalog.graph(named: "resnet1202")
    let network = try LoweredNetwork(graph: graph, vectorWidth: 16)
    let plan = MemoryPlan(network)
    #expect(network.storages.count > 1200)
    #expect(plan.clears.joined().count <= 12)
  }
}
