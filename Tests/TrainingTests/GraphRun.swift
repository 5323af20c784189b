import REE

@testable import Training

/// A graph with its inputs, run as a tape.
struct GraphRun {
  let graph: TrainingGraph
  var parameters: [[Float]]
  let indices: [Int]
  let targets: [Int]

  /// Random parameters, indices and targets for a graph.
  init(_ graph: TrainingGraph, classes: Int, rows: Int, tableRows: Int = 1, seed: UInt64 = 7) {
    self.graph = graph
    let philox = Philox4x32(seed: seed)
    func unit(_ node: Int, _ index: Int) -> Float {
      philox.uniform(step: 1, node: UInt32(node), index: UInt32(index)) * 2 - 1
    }
    parameters = graph.parameters.enumerated().map { number, id in
      (0..<graph[id].count).map { unit(number, $0) }
    }
    indices = (0..<rows).map { Int(abs(unit(1000, $0)) * Float(tableRows)) }
    targets = (0..<rows).map { Int(abs(unit(1001, $0)) * Float(classes)) }
  }

  /// The loss and the gradient of each parameter.
  func gradients(threadCount: Int = 1) -> (loss: Float, gradients: [[Float]]) {
    var next = 0
    func take(_ count: Int) -> Int {
      defer { next += (count + 15) / 16 * 16 }
      return next
    }
    let sizes = graph.parameters.map { graph[$0].count }
    let places = GraphCompiler.Places(
      parameters: sizes.map(take), gradients: sizes.map(take), indices: take(2 * indices.count),
      targets: take(targets.count), loss: take(1))
    let tape = GraphCompiler.gradient(graph, places, scale: 1).build("test", scratchFrom: next)
    let memory = TapeMemory(wordCount: tape.wordCount)
    for (elements, place) in zip(parameters, places.parameters) {
      memory.store(elements, at: place)
    }
    memory.store(indices.map { Int64($0) }, at: places.indices)
    memory.store(targets.map { Int32($0) }, at: places.targets)
    memory.run(tape, threadCount: threadCount)
    let gradients = zip(sizes, places.gradients).map { size, place in
      memory.withFloats(place..<place + size) { span in (0..<span.count).map { span[$0] } }
    }
    return (memory[float: places.loss], gradients)
  }

  /// Central differences of the loss in binary64.
  func differences() -> (loss: Double, gradients: [[Double]]) {
    let reference = DoubleReference(graph: graph, indices: indices, targets: targets)
    var values = parameters.map { $0.map(Double.init) }
    let loss = reference.loss(values)
    let step = 1e-6
    let gradients = values.indices.map { number in
      values[number].indices.map { index -> Double in
        let value = values[number][index]
        values[number][index] = value + step
        let above = reference.loss(values)
        values[number][index] = value - step
        let below = reference.loss(values)
        values[number][index] = value
        return (above - below) / (2 * step)
      }
    }
    return (loss, gradients)
  }
}
