internal import CKernels

/// Turns a graph into operations of a tape: forwards, and where wanted backwards.
///
/// Nodes are differentiated in reverse order. A value that is used more than once collects its
/// gradient in that order: first + second, then + third.
struct GraphCompiler {
  /// Where the program's fixed parts lie.
  struct Places {
    /// Of each parameter, in the graph's order.
    let parameters: [Int]
    let gradients: [Int]
    let indices: Int
    let targets: Int
    let loss: Int
  }

  let graph: TrainingGraph
  var tape = TapeBuilder()
  /// Where each value is; the loss of each row, where a value is one.
  private var operands: [Operand?]
  private var gradients: [Operand?]
  private let places: Places
  /// What a node's forward pass leaves for its gradient.
  private var saved: [Int: [Operand]] = [:]
  private let keepsForGradient: Bool
  /// What the gradient of the loss is multiplied by.
  private let gradientScale: Float

  private init(_ graph: TrainingGraph, _ places: Places, backwards: Bool, gradientScale: Float) {
    self.graph = graph
    self.places = places
    keepsForGradient = backwards
    self.gradientScale = gradientScale
    operands = [Operand?](repeating: nil, count: graph.values.count)
    gradients = operands
    for (index, value) in graph.values.enumerated() {
      switch value.source {
      case .parameter(let number):
        operands[index] = tape.fixed(places.parameters[number], wordCount: value.count)
      case .indices: operands[index] = tape.fixed(places.indices, wordCount: 2 * value.count)
      case .targets: operands[index] = tape.fixed(places.targets, wordCount: value.count)
      case .node: break
      }
    }
  }

  /// The operations that compute the loss.
  static func forward(_ graph: TrainingGraph, _ places: Places) -> TapeBuilder {
    var compiler = GraphCompiler(graph, places, backwards: false, gradientScale: 1)
    for index in graph.nodes.indices { compiler.forward(index) }
    return compiler.tape
  }

  /// The operations that compute the loss and, of `scale` times the loss, every parameter's gradient.
  static func gradient(_ graph: TrainingGraph, _ places: Places, scale: Float) -> TapeBuilder {
    var compiler = GraphCompiler(graph, places, backwards: true, gradientScale: scale)
    for index in graph.nodes.indices { compiler.forward(index) }
    for index in graph.nodes.indices.reversed() { compiler.backward(index) }
    compiler.zeroUnused()
    return compiler.tape
  }

  /// A parameter that the loss does not depend on has the gradient zero.
  private mutating func zeroUnused() {
    for (number, id) in graph.parameters.enumerated() where gradients[id.index] == nil {
      let place = tape.fixed(places.gradients[number], wordCount: graph[id].count)
      let count = graph[id].count
      tape.append(REE_TAPE_ZERO) { op in
        op.y = place.encoded
        op.n = UInt64(count)
      }
    }
  }
}

// MARK: - What rules are written with

extension GraphCompiler {
  func value(_ id: TrainingGraph.ValueID) -> TrainingGraph.Value { graph[id] }

  func operand(_ id: TrainingGraph.ValueID) -> UInt64 {
    operands[id.index]?.encoded ?? Operand.none.encoded
  }

  var isDifferentiated: Bool { keepsForGradient }

  var lossScale: Float { gradientScale }

  /// Makes room for a node's output.
  mutating func place(_ id: TrainingGraph.ValueID) -> UInt64 {
    let operand =
      graph[id].shape.isEmpty
      ? tape.fixed(places.loss, wordCount: 1) : tape.scratch(wordCount: graph[id].count)
    operands[id.index] = operand
    return operand.encoded
  }

  mutating func share(_ id: TrainingGraph.ValueID, as other: TrainingGraph.ValueID) {
    operands[other.index] = operands[id.index]
  }

  mutating func keep(_ wordCount: Int, for node: Int) -> UInt64 {
    let operand = tape.scratch(wordCount: wordCount)
    saved[node, default: []].append(operand)
    return operand.encoded
  }

  func kept(_ node: Int, _ index: Int = 0) -> UInt64 {
    saved[node]?[index].encoded ?? Operand.none.encoded
  }

  /// The gradient of a node's output; nil if the loss does not depend on it.
  func gradient(of id: TrainingGraph.ValueID) -> UInt64? {
    gradients[id.index]?.encoded
  }

  /// The gradient so far of a value that a product can add itself to.
  func pending(_ id: TrainingGraph.ValueID) -> UInt64? {
    if case .parameter = graph[id].source { return nil }
    return gradients[id.index]?.encoded
  }

  /// Adds a gradient that is computed anew: `write` appends what computes it into the operand given.
  mutating func contribute(
    to id: TrainingGraph.ValueID, _ write: (inout TapeBuilder, UInt64) -> Void
  ) {
    let count = graph[id].count
    let before = gradients[id.index]
    var target: Operand
    if case .parameter(let number) = graph[id].source, before == nil {
      target = tape.fixed(places.gradients[number], wordCount: count)
    } else {
      target = tape.scratch(wordCount: count)
    }
    write(&tape, target.encoded)
    if let before {
      let sum: Operand
      if case .parameter = graph[id].source {
        sum = before
      } else {
        sum = tape.scratch(wordCount: count)
      }
      tape.append(REE_TAPE_ADD) { op in
        op.a = before.encoded
        op.b = target.encoded
        op.y = sum.encoded
        op.n = UInt64(count)
        op.k = UInt64(count)
      }
      target = sum
    }
    gradients[id.index] = target
  }

  /// Adds a gradient that lies in a buffer already, which nobody changes any more.
  mutating func contribute(to id: TrainingGraph.ValueID, lying gradient: UInt64) {
    guard let operand = Operand(gradient) else { return }
    if case .node = graph[id].source, gradients[id.index] == nil {
      gradients[id.index] = operand
      return
    }
    let count = UInt64(graph[id].count)
    contribute(to: id) { tape, target in
      tape.append(REE_TAPE_COPY) { op in
        op.a = gradient
        op.y = target
        op.n = count
      }
    }
  }

  /// Takes the gradient's sum as it is now, where a product added the old one to itself.
  mutating func replaceGradient(of id: TrainingGraph.ValueID, _ gradient: UInt64) {
    gradients[id.index] = Operand(gradient)
  }

  mutating func scratch(_ wordCount: Int) -> UInt64 {
    tape.scratch(wordCount: wordCount).encoded
  }
}
