internal import CKernels

/// A product with a constant matrix, then what the kernel adds to it while it stores: a bias, a
/// tensor of the same shape, an activation.
struct ProductChain: FusedNodes {
  let places: [Int]
  let output: ValueID
  private let left: ValueID
  private let matrix: PackedMatrix
  private let bias: Tensor?
  private let residual: ValueID?
  private let activation: ree_activation
  /// Whether the left operand must have two dimensions.
  private let isFlat: Bool

  private static let activations: [String: ree_activation] = [
    "Relu": REE_RELU, "Sigmoid": REE_SIGMOID, "Tanh": REE_TANH,
  ]

  init?(
    from first: Int, _ graph: Graph, _ readers: NodeReaders, _ weights: PreparedWeights,
    isTaken: (Int) -> Bool
  ) {
    let node = graph.nodes[first]
    guard var flow = node.onlyOutput, node.inputs.count >= 2, let left = node.inputs[0],
      let right = node.inputs[1]
    else { return nil }
    var bias: Tensor?
    switch node.operation.name {
    case "MatMul":
      guard let matrix = weights.packed(right) else { return nil }
      self.matrix = matrix
      isFlat = false
    case "Gemm":
      guard Self.isPlain(node) else { return nil }
      if node.inputs.count > 2, let added = node.inputs[2] {
        guard let tensor = weights.constant(added) else { return nil }
        bias = tensor
      }
      let isTurned =
        if case .int(let turns) = node.attributes["transB"] { turns != 0 } else { false }
      guard let matrix = weights.packed(right, isTurned: isTurned) else { return nil }
      self.matrix = matrix
      isFlat = true
    default: return nil
    }
    if let bias, !Self.isRow(bias, matrix.columns) { return nil }
    self.left = left

    var places = [first]
    var residual: ValueID?
    var activation = REE_IDENTITY
    while activation == REE_IDENTITY, let place = readers.only(flow), !isTaken(place),
      let next = graph.nodes[place].onlyOutput
    {
      let follower = graph.nodes[place]
      if let found = Self.activations[follower.operation.name], follower.inputs.count == 1 {
        activation = found
      } else if follower.operation.name == "Add", follower.inputs.count == 2,
        let a = follower.inputs[0], let b = follower.inputs[1]
      {
        let other = a == flow ? b : a
        if bias == nil, residual == nil, let row = weights.constant(other),
          Self.isRow(row, matrix.columns)
        {
          bias = row
        } else if residual == nil, weights.constant(other) == nil {
          residual = other
        } else {
          break
        }
      } else {
        break
      }
      places.append(place)
      flow = next
    }
    guard places.last == places.max() else { return nil }
    self.places = places
    self.bias = bias
    self.residual = residual
    self.activation = activation
    output = flow
  }

  /// alpha = beta = 1, and the left operand as it stands.
  private static func isPlain(_ node: Node) -> Bool {
    for name in ["alpha", "beta"] {
      if case .float(let factor) = node.attributes[name], factor != 1 { return false }
    }
    if case .int(let turns) = node.attributes["transA"], turns != 0 { return false }
    return true
  }

  /// Whether adding the tensor adds one number to each column and changes no shape.
  private static func isRow(_ tensor: Tensor, _ columns: Int) -> Bool {
    tensor.elementType == .float32 && tensor.count == columns && tensor.shape.last == columns
      && tensor.rank <= 2
  }

  func compute(_ values: FusedInputs) throws -> Tensor? {
    guard let a = values.floats(left), a.rank >= 2, !isFlat || a.rank == 2,
      a.shape[a.rank - 1] == matrix.rows
    else { return nil }
    let shape = Array(a.shape.dropLast()) + [matrix.columns]
    var added: Tensor?
    if let residual {
      guard let tensor = values.floats(residual), tensor.shape == shape else { return nil }
      added = tensor
    }
    let result = try values.make(shape)
    let rows = a.count / matrix.rows
    unsafe a.elements(Float.self).withPointer { source in
      unsafe result.withPointer { target in
        var product = unsafe ree_matmul()
        unsafe ree_matmul_init(&product, rows, matrix.columns, matrix.rows)
        unsafe product.a = source
        unsafe product.b = UnsafePointer(
          matrix.storage.base.assumingMemoryBound(to: Float.self))
        unsafe product.b_packed = true
        unsafe product.c = target
        unsafe product.activation = activation
        unsafe Self.withPointer(bias) { bias in
          unsafe product.column_bias = bias
          unsafe Self.withPointer(added) { added in
            unsafe product.residual = added
            unsafe product.residual_row = matrix.columns
            unsafe ree_matmul_run(&product)
          }
        }
      }
    }
    return result.tensor
  }

  private static func withPointer(
    _ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> Void
  ) {
    guard let tensor else { return body(nil) }
    unsafe tensor.elements(Float.self).withPointer { unsafe body($0) }
  }
}
