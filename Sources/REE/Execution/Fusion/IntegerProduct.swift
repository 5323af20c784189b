internal import CKernels

/// A product with a constant matrix of 8-bit integers, then its sums as numbers: times a scale, plus
/// a bias.
struct IntegerProduct: FusedNodes {
  let places: [Int]
  let output: ValueID
  private let left: ValueID
  private let leftZero: ValueID?
  private let matrix: PackedIntegers
  private let columnZeros: [Int32]
  private let scale: ValueID
  private let bias: Tensor?

  /// MatMulInteger, Cast to float32, Mul and, where it follows, Add.
  init?(
    from first: Int, _ graph: Graph, _ readers: NodeReaders, _ weights: PreparedWeights,
    isTaken: (Int) -> Bool
  ) {
    let node = graph.nodes[first]
    guard node.operation.name == "MatMulInteger", let sums = node.onlyOutput,
      let left = node.inputs[0], let right = node.inputs[1],
      let matrix = weights.packedIntegers(right)
    else { return nil }
    self.left = left
    self.matrix = matrix
    leftZero = node.inputs.count > 2 ? node.inputs[2] : nil
    guard
      let zeros = Self.zeros(
        node.inputs.count > 3 ? node.inputs[3] : nil, matrix, weights)
    else { return nil }
    columnZeros = zeros

    guard let cast = readers.only(sums), !isTaken(cast), let number = graph.nodes[cast].onlyOutput,
      graph.nodes[cast].operation.name == "Cast",
      case .int(1) = graph.nodes[cast].attributes["to"], let times = readers.only(number),
      !isTaken(times), graph.nodes[times].operation.name == "Mul",
      var flow = graph.nodes[times].onlyOutput, let a = graph.nodes[times].inputs[0],
      let b = graph.nodes[times].inputs[1]
    else { return nil }
    scale = a == number ? b : a
    var places = [first, cast, times]
    var bias: Tensor?
    if let place = readers.only(flow), !isTaken(place), graph.nodes[place].operation.name == "Add",
      let next = graph.nodes[place].onlyOutput, let a = graph.nodes[place].inputs[0],
      let b = graph.nodes[place].inputs[1], let row = weights.constant(a == flow ? b : a),
      row.elementType == .float32, row.shape == [matrix.columns]
    {
      bias = row
      places.append(place)
      flow = next
    }
    guard places.last == places.max() else { return nil }
    self.places = places
    self.bias = bias
    output = flow
  }

  /// One zero point for each column, as it is packed.
  private static func zeros(
    _ value: ValueID?, _ matrix: PackedIntegers, _ weights: PreparedWeights
  ) -> [Int32]? {
    let shift: Int32 = matrix.isUnsigned ? -128 : 0
    guard let value else { return [Int32](repeating: shift, count: matrix.columns) }
    guard let tensor = weights.constant(value), let numbers = tensor.integers(),
      tensor.count == 1 || tensor.shape == [matrix.columns]
    else { return nil }
    let zeros = numbers.map { Int32(truncatingIfNeeded: $0) + shift }
    return zeros.count == 1 ? [Int32](repeating: zeros[0], count: matrix.columns) : zeros
  }

  func compute(_ values: FusedInputs) throws -> Tensor? {
    guard let a = values.tensor(left), a.elementType == .uint8, a.rank >= 2, a.count > 0,
      a.shape[a.rank - 1] == matrix.rows, let scale = values.floats(scale), scale.rank <= a.rank,
      scale.count == 1 || scale.shape == [matrix.columns]
    else { return nil }
    var zero: Int32 = 0
    if let leftZero {
      guard let tensor = values.tensor(leftZero), tensor.elementType == .uint8, tensor.count == 1
      else { return nil }
      zero = Int32(tensor.elements(UInt8.self)[0])
    }
    let rows = a.count / matrix.rows
    let rowSize = (matrix.rows + 3) / 4 * 4
    let result = try values.make(Array(a.shape.dropLast()) + [matrix.columns])
    let numbers = scale.elements(Float.self).array()
    let columnScales =
      numbers.count == 1 ? [Float](repeating: numbers[0], count: matrix.columns) : numbers
    // A product with 1 is exact.
    let rowScales = [Float](repeating: 1, count: rows)
    let rowZeros = [Int32](repeating: zero, count: rows)
    var copy: TensorBuilder<UInt8>?
    if rowSize != matrix.rows {
      let padded = try TensorBuilder<UInt8>([rows, rowSize], budget: values.budget)
      unsafe a.elements(UInt8.self).withPointer { source in
        unsafe padded.withPointer { target in
          unsafe ree_u8_rows(source, rows, matrix.rows, target, rowSize)
        }
      }
      copy = padded
    }
    let left = copy?.tensor ?? a
    unsafe left.elements(UInt8.self).withPointer { source in
      unsafe result.withPointer { target in
        unsafe columnScales.withUnsafeBufferPointer { columnScales in
          unsafe rowScales.withUnsafeBufferPointer { rowScales in
            unsafe rowZeros.withUnsafeBufferPointer { rowZeros in
              unsafe columnZeros.withUnsafeBufferPointer { columnZeros in
                var product = unsafe ree_i8_matmul()
                unsafe ree_i8_matmul_init(&product, rows, matrix.columns, matrix.rows)
                unsafe product.a = source
                unsafe product.a_row = rowSize
                unsafe product.b = UnsafeRawPointer(matrix.storage.base)
                unsafe product.a_zero = rowZeros.baseAddress
                unsafe product.b_zero = columnZeros.baseAddress
                unsafe product.a_scale = rowScales.baseAddress
                unsafe product.b_scale = columnScales.baseAddress
                unsafe product.c = target
                if let bias {
                  unsafe bias.elements(Float.self).withPointer { bias in
                    unsafe product.column_bias = bias
                    unsafe ree_i8_matmul_run(&product)
                  }
                } else {
                  unsafe ree_i8_matmul_run(&product)
                }
              }
            }
          }
        }
      }
    }
    return result.tensor
  }
}
