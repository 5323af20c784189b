/// Several nodes of a graph that are computed together: the same bits as one by one, with fewer
/// passes over memory.
protocol FusedNodes: Sendable {
  /// The nodes' places in their graph, ascending. The last is where they are computed.
  var places: [Int] { get }
  /// What others read of it.
  var output: ValueID { get }
  /// Computes the output; `nil` for types or shapes that this form does not cover, where the nodes
  /// are computed one by one.
  func compute(_ values: FusedInputs) throws -> Tensor?
}

/// What fused nodes compute with.
struct FusedInputs {
  let tensor: (ValueID) -> Tensor?
  let budget: MemoryBudget

  /// A tensor of float32.
  func floats(_ value: ValueID) -> Tensor? {
    guard let tensor = tensor(value), tensor.elementType == .float32 else { return nil }
    return tensor
  }

  /// Memory of which every element is written.
  func make(_ shape: [Int]) throws -> TensorBuilder<Float> {
    try TensorBuilder<Float>(shape, budget: budget, isZero: false)
  }
}

/// The nodes of one graph and who reads what they make.
struct NodeReaders {
  /// The nodes that read a value, each once for each time, and how often it leaves the graph.
  private var readers: [ValueID: [Int]] = [:]
  private var leaving: Set<ValueID>

  init(_ graph: Graph) {
    leaving = Set(graph.outputs)
    for (index, node) in graph.nodes.enumerated() {
      for value in node.inputs.compactMap({ $0 }) { readers[value, default: []].append(index) }
      // What a graph inside a node reads must be there.
      leaving.formUnion(node.captures)
    }
  }

  /// The one node that reads a value, once and alone.
  func only(_ value: ValueID) -> Int? {
    guard !leaving.contains(value), let nodes = readers[value], nodes.count == 1 else { return nil }
    return nodes[0]
  }

  /// The two nodes that read a value, each once, in the graph's order.
  func pair(_ value: ValueID) -> (Int, Int)? {
    guard !leaving.contains(value), let nodes = readers[value], nodes.count == 2,
      nodes[0] != nodes[1]
    else { return nil }
    return (nodes[0], nodes[1])
  }
}

extension Node {
  /// The one output of a node that has no other, of the standard's own domain.
  var onlyOutput: ValueID? {
    guard operation.domain.isEmpty, outputs.count == 1 else { return nil }
    return outputs[0]
  }
}
