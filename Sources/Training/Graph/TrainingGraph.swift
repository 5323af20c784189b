/// A computation that ends in a loss and can be differentiated: each value is made once, and nodes
/// stand in an order in which they can run.
///
/// Shapes are fixed when the graph is built, so that a graph becomes a tape once and is then only run.
/// A matrix has a shape of two; a value with another shape counts as one of its last dimension.
struct TrainingGraph {
  struct ValueID: Hashable {
    let index: Int
  }

  struct Value {
    let shape: [Int]
    let source: Source

    var count: Int { shape.reduce(1, *) }
    /// The length of a row.
    var width: Int { shape.last ?? 1 }
    var rows: Int { width == 0 ? 0 : count / width }
  }

  enum Source {
    /// Trained: by its number in the list of parameters.
    case parameter(Int)
    /// Rows of a table to take, int64, given before each run.
    case indices
    /// The right classes, int32, given before each run.
    case targets
    case node
  }

  struct Node {
    let operation: Operation
    let inputs: [ValueID]
    let output: ValueID
  }

  private(set) var values: [Value] = []
  private(set) var nodes: [Node] = []
  private(set) var parameters: [ValueID] = []

  subscript(_ id: ValueID) -> Value { values[id.index] }

  mutating func parameter(_ shape: [Int]) -> ValueID {
    let id = add(shape, .parameter(parameters.count))
    parameters.append(id)
    return id
  }

  mutating func indices(_ count: Int) -> ValueID { add([count], .indices) }

  mutating func targets(_ count: Int) -> ValueID { add([count], .targets) }

  /// Applies an operation. That the shapes fit is the builder's to see to.
  mutating func apply(_ operation: Operation, _ inputs: ValueID...) -> ValueID {
    let shape = operation.shape(inputs.map { self[$0].shape })
    let output = add(shape, .node)
    nodes.append(Node(operation: operation, inputs: inputs, output: output))
    return output
  }

  private mutating func add(_ shape: [Int], _ source: Source) -> ValueID {
    values.append(Value(shape: shape, source: source))
    return ValueID(index: values.count - 1)
  }
}
