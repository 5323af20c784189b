internal import Disputes
internal import GraphRuns
internal import Primitives
internal import REE
internal import Receipts

/// Writes down what a graph records.
struct ProgramBuilder {
  private let executor: Executor
  private let identity: ModelIdentity
  private(set) var lines: [GraphProgram.Line] = []
  private var entries: [Draft] = []
  /// What each value is of the entries so far: an entry and its output.
  private var made: [ValueID: (Int, Int)] = [:]

  private struct Draft {
    let nodes: Range<Int>
    let name: String
    let version: String
    let inputs: [Reference]
    let outputCount: Int
  }

  private enum Reference {
    case value(ValueID?)
    case entry(Int)
  }

  init(_ executor: Executor, _ identity: ModelIdentity) {
    self.executor = executor
    self.identity = identity
  }

  private var graph: Graph { executor.model.graph }

  // MARK: - Levels

  mutating func addNodes() {
    for (number, node) in graph.nodes.enumerated() {
      guard node.operation.domain.isEmpty, node.operation.name == "MatMul", node.inputs.count == 2,
        let left = node.inputs[0], let right = node.inputs[1]
      else {
        addPlain(number, node)
        continue
      }
      addProduct(number, node, left, right)
    }
  }

  private mutating func addPlain(_ number: Int, _ node: Node) {
    let inputs = node.inputs + node.captures
    add(
      .nodes, number..<number + 1, node.operation.recordName, executor.nodeSemantics[number],
      inputs, inputs.map { .value($0) }, node.outputs)
  }

  private mutating func addProduct(_ number: Int, _ node: Node, _ left: ValueID, _ right: ValueID) {
    let nodes = number..<number + 1
    let weight = executor.model.constants[right]
    let isInput = graph.inputs.contains(right)
    let isFlat = weight?.elementType == .float32 && weight?.rank == 2 && !isInput
    let own = JudgedOperator.ownVersion
    let turned = add(
      .swapLast, nodes, JudgedOperator.swapLast.rawValue, own, [right], [.value(right)], [nil])
    var first = Reference.value(left)
    if isFlat {
      first = .entry(
        add(.rows, nodes, JudgedOperator.rows.rawValue, own, [left], [.value(left)], [nil]))
    }
    let product = add(
      .product(flat: isFlat), nodes, JudgedOperator.matMulTransposed.rawValue,
      executor.nodeSemantics[number], [left, right], [first, .entry(turned)],
      isFlat ? [nil] : node.outputs)
    guard isFlat else { return }
    add(
      .unrows, nodes, JudgedOperator.unrows.rawValue, own, [nil, left],
      [.entry(product), .value(left)],
      node.outputs)
  }

  /// From one product with a weight to the next.
  mutating func addLayers() {
    var start = 0
    for (number, node) in graph.nodes.enumerated() where number > start && isLayer(node) {
      addGroup(start..<number, "gensyn.Layer")
      start = number
    }
    addGroup(start..<graph.nodes.count, "gensyn.Layer")
  }

  private func isLayer(_ node: Node) -> Bool {
    guard node.operation.domain.isEmpty || node.operation.domain == "com.microsoft" else {
      return false
    }
    let names: Set = [
      "MatMul", "Gemm", "Conv", "ConvInteger", "MatMulInteger", "QLinearMatMul", "QLinearConv",
    ]
    return names.contains(node.operation.name)
      && node.inputs.dropFirst().contains { input in
        input.map { (executor.model.constants[$0]?.count ?? 0) > 1 } ?? false
      }
  }

  mutating func addGraph() {
    addGroup(0..<graph.nodes.count, "gensyn.Graph")
  }

  /// Several nodes as one record: what they read from outside, and what is read of them.
  private mutating func addGroup(_ nodes: Range<Int>, _ name: String) {
    var inside: Set<ValueID> = []
    var inputs: [ValueID] = []
    for node in graph.nodes[nodes] {
      for value in node.inputs.compactMap({ $0 }) + node.captures
      where !inside.contains(value) && !inputs.contains(value)
        && executor.model.constants[value] == nil
      {
        inputs.append(value)
      }
      inside.formUnion(node.outputs.compactMap { $0 })
    }
    var outside = Set(graph.outputs)
    for node in graph.nodes[nodes.upperBound...] {
      outside.formUnion(node.inputs.compactMap { $0 } + node.captures)
    }
    let outputs = graph.nodes[nodes].flatMap(\.outputs).compactMap { $0 }
      .filter(outside.contains)
    add(
      .nodes, nodes, name, JudgedOperator.ownVersion, inputs, inputs.map { .value($0) }, outputs)
  }

  @discardableResult
  private mutating func add(
    _ part: GraphProgram.Part, _ nodes: Range<Int>, _ name: String, _ version: String,
    _ reads: [ValueID?], _ inputs: [Reference], _ outputs: [ValueID?]
  ) -> Int {
    let number = entries.count
    lines.append(GraphProgram.Line(part: part, nodes: nodes, inputs: reads, outputs: outputs))
    entries.append(
      Draft(
        nodes: nodes, name: name, version: version, inputs: inputs, outputCount: outputs.count))
    for (index, output) in outputs.enumerated() {
      if let output { made[output] = (number, index) }
    }
    return number
  }

  // MARK: - The program

  /// The node whose record names the most tensors.
  var widestNode: Int {
    entries.max { $0.inputs.count < $1.inputs.count }?.nodes.lowerBound ?? 0
  }

  func program(_ constants: [ValueID: TensorCommitment]) throws(Program.Malformed) -> Program {
    let weights = constants.keys.sorted { $0.index < $1.index }
    let places = Dictionary(
      weights.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let inputs = Dictionary(
      graph.inputs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    func source(_ value: ValueID?) -> Program.Source {
      guard let value else { return .absent }
      if let (entry, index) = made[value] { return .output(entry: entry, index: index) }
      if let input = inputs[value] { return .input(input) }
      return places[value].map { .constant($0) } ?? .absent
    }
    return try Program(
      inputs: graph.inputs.map { value in
        Program.Input(
          name: executor.model.name(of: value), standard: constants[value]?.digest)
      },
      constants: weights.map { value in
        NamedCommitment(
          name: "#\(value.index)",
          tensor: (constants[value] ?? .absent).digest)
      },
      entries: entries.map { draft in
        Program.Entry(
          node: UInt64(draft.nodes.lowerBound), nodeHash: hash(of: draft.nodes),
          operatorName: draft.name, semanticsVersion: draft.version,
          inputs: draft.inputs.map { reference in
            switch reference {
            case .value(let value): source(value)
            case .entry(let entry): .output(entry: entry, index: 0)
            }
          }, outputCount: draft.outputCount)
      },
      outputs: graph.outputs.map {
        Program.Output(name: executor.model.name(of: $0), source: source($0))
      },
      frame: .graph(header: identity.header))
  }

  private func hash(of nodes: Range<Int>) -> Digest {
    nodes.count == 1
      ? identity.nodes[nodes.lowerBound] : MerkleTree(identity.nodes[nodes]).root
  }
}

extension Operation {
  /// What records call the operator: always with a domain.
  var recordName: String { "\(domain.isEmpty ? "ai.onnx" : domain).\(name)" }
}
