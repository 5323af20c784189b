internal import CKernels

/// What is made ready once for all runs: values that follow from constants alone, and matrices in
/// the order in which kernels read them.
final class PreparedWeights {
  private let model: Model
  private(set) var folded: [ValueID: Tensor] = [:]
  private var packed: [ValueID: PackedMatrix] = [:]
  private var packedTurned: [ValueID: PackedMatrix] = [:]
  private var packedIntegers: [ValueID: PackedIntegers] = [:]
  private var left: Int

  /// What may be added to the constants of the file, in bytes.
  private static let sizeBytesMin = 16 << 20
  private static let sizeFactor = 8

  init(_ model: Model) {
    self.model = model
    let size = model.constants.values.reduce(0) { $0 &+ $1.sizeBytes }
    left = max(
      Self.sizeBytesMin, size.multipliedReportingOverflow(by: Self.sizeFactor).partialValue)
  }

  func constant(_ value: ValueID) -> Tensor? { folded[value] ?? model.constants[value] }

  /// The number of a constant that has one element.
  func scalar(_ value: ValueID) -> Float? {
    guard let tensor = constant(value), tensor.elementType == .float32, tensor.count == 1 else {
      return nil
    }
    return tensor.elements(Float.self)[0]
  }

  /// Operators that are quick for each element of what they give.
  private static let foldable: Set<String> = [
    "Cast", "Mul", "Add", "Sub", "Div", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Concat",
    "Slice", "Identity", "DequantizeLinear", "Neg", "Sqrt", "Gather",
  ]

  /// Computes a node that follows from constants alone; says whether it did.
  func fold(_ step: GraphPlan.Step) -> Bool {
    let node = step.node
    guard Self.foldable.contains(node.operation.name), let output = node.onlyOutput,
      !node.inputs.isEmpty
    else { return false }
    var inputs: [Value?] = []
    for input in node.inputs {
      guard let input else {
        inputs.append(nil)
        continue
      }
      guard let tensor = constant(input) else { return false }
      inputs.append(.tensor(tensor))
    }
    let known = inputs.map { $0?.tensor.map { KnownValue(constant: $0) } }
    guard let types = ShapeInference.infer(node, step.operation, known), let type = types.first,
      let type, type.elementType != .string, type.sizeBytes <= left
    else { return false }
    let call = Call(
      node: node, inputs: inputs, budget: MemoryBudget(limit: left), implementation: .kernels
    ) { name, _ in throw OperatorError.missingAttribute(name) }
    // What fails here fails in the run, where it has a place.
    guard let result = try? step.operation.apply(call), let value = result.first,
      let tensor = value?.tensor
    else { return false }
    folded[output] = tensor
    left -= tensor.sizeBytes
    return true
  }

  /// A constant matrix for the right of products; `nil` where packing does not pay.
  func packed(_ value: ValueID, isTurned: Bool = false) -> PackedMatrix? {
    if let known = isTurned ? packedTurned[value] : packed[value] { return known }
    guard let tensor = constant(value), tensor.elementType == .float32, tensor.rank == 2,
      let matrix = PackedMatrix(tensor, isTurned: isTurned, sizeBytesMax: left)
    else { return nil }
    left -= matrix.sizeBytes
    if isTurned { packedTurned[value] = matrix } else { packed[value] = matrix }
    return matrix
  }

  func packedIntegers(_ value: ValueID) -> PackedIntegers? {
    if let known = packedIntegers[value] { return known }
    guard let tensor = constant(value), let matrix = PackedIntegers(tensor, sizeBytesMax: left)
    else { return nil }
    left -= matrix.sizeBytes
    packedIntegers[value] = matrix
    return matrix
  }

  /// What was made beside the constants of the file, in bytes.
  var sizeBytes: Int {
    folded.values.reduce(0) { $0 + $1.sizeBytes } + packed.values.reduce(0) { $0 + $1.sizeBytes }
      + packedTurned.values.reduce(0) { $0 + $1.sizeBytes }
      + packedIntegers.values.reduce(0) { $0 + $1.sizeBytes }
  }
}

/// A matrix as `ree_matmul_pack` writes it.
struct PackedMatrix: Sendable {
  let rows: Int
  let columns: Int
  let storage: TensorStorage

  var sizeBytes: Int { storage.byteCount }

  /// Panels have 32 columns: much narrower matrices would mostly be padding.
  private static let columnsMin = 16

  init?(_ tensor: Tensor, isTurned: Bool, sizeBytesMax: Int) {
    (rows, columns) =
      isTurned ? (tensor.shape[1], tensor.shape[0]) : (tensor.shape[0], tensor.shape[1])
    guard columns >= Self.columnsMin, rows > 0, tensor.count <= Tensor.sizeBytesMax / 8 else {
      return nil
    }
    let size = ree_matmul_packed_size(rows, columns) * MemoryLayout<Float>.size
    guard size <= sizeBytesMax, let storage = try? TensorStorage(byteCount: size, budget: nil)
    else { return nil }
    self.storage = storage
    let (rowStep, columnStep) = isTurned ? (1, rows) : (columns, 1)
    let (k, n) = (rows, columns)
    unsafe tensor.elements(Float.self).withPointer { source in
      unsafe ree_matmul_pack(
        k, n, source, rowStep, columnStep,
        storage.base.bindMemory(to: Float.self, capacity: size / MemoryLayout<Float>.size))
    }
  }
}

/// A matrix of 8-bit integers as `ree_i8_pack` writes it.
struct PackedIntegers: Sendable {
  let rows: Int
  let columns: Int
  /// Unsigned numbers are packed less 128, and so are their zero points.
  let isUnsigned: Bool
  let storage: TensorStorage

  var sizeBytes: Int { storage.byteCount }

  private static let columnsMin = 16
  /// Sums of more products could pass 32 bits.
  private static let rowsMax = 65_536

  init?(_ tensor: Tensor, sizeBytesMax: Int) {
    guard tensor.rank == 2, tensor.elementType == .int8 || tensor.elementType == .uint8 else {
      return nil
    }
    (rows, columns) = (tensor.shape[0], tensor.shape[1])
    guard columns >= Self.columnsMin, rows > 0, rows <= Self.rowsMax else { return nil }
    isUnsigned = tensor.elementType == .uint8
    let size = ree_i8_packed_size(rows, columns)
    guard size <= sizeBytesMax, let storage = try? TensorStorage(byteCount: size, budget: nil)
    else { return nil }
    self.storage = storage
    let (k, n) = (rows, columns)
    if isUnsigned {
      unsafe tensor.elements(UInt8.self).withPointer { source in
        unsafe ree_u8_pack(k, n, source, n, 1, storage.base)
      }
    } else {
      unsafe tensor.elements(Int8.self).withPointer { source in
        unsafe ree_i8_pack(k, n, source, n, 1, storage.base)
      }
    }
  }
}
