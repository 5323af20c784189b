internal import CKernels
internal import ModelFiles

/// A weight matrix made ready for products with rows of activations.
///
/// Q8_0, Q4_0 and Q4_1 stay as they are and multiply integers exactly; every other encoding is
/// decoded once and multiplied in the canonical order. Which of the two is part of the semantics: it
/// follows from the file alone.
final class Linear: Sendable {
  private enum Storage: Sendable {
    case blocks(ree_block_format, ByteMemory)
    case floats(FloatMemory)
  }

  let inputs: Int
  let outputs: Int
  private let storage: Storage

  init(
    _ name: String, _ entry: TensorEntry, _ bytes: Span<UInt8>
  ) throws(LanguageModelError) {
    let inputs = entry.rowLength
    let outputs = entry.elementCount / max(entry.rowLength, 1)
    self.inputs = inputs
    self.outputs = outputs
    let content = bytes.extracting(entry.bytes)
    if let format = Self.format(entry.encoding) {
      let memory = ByteMemory(ree_blocks_packed_size(format, inputs, outputs))
      unsafe content.withUnsafeBufferPointer {
        unsafe ree_blocks_pack(format, inputs, outputs, $0.baseAddress, memory.start)
      }
      storage = .blocks(format, memory)
    } else {
      let elements = try Self.decode(name, entry, content)
      let memory = FloatMemory(ree_matmul_packed_size(inputs, outputs))
      unsafe ree_matmul_pack(inputs, outputs, elements, 1, inputs, memory.start)
      storage = .floats(memory)
    }
  }

  /// The bytes that the matrix will take in memory.
  static func sizeBytes(_ entry: TensorEntry) -> Int {
    let inputs = entry.rowLength
    let outputs = entry.elementCount / max(inputs, 1)
    if let format = format(entry.encoding) {
      return ree_blocks_packed_size(format, inputs, outputs)
    }
    return ree_matmul_packed_size(inputs, outputs) * 4
  }

  private static func format(_ encoding: TensorEncoding) -> ree_block_format? {
    switch encoding {
    case .q8_0: REE_Q8_0
    case .q4_0: REE_Q4_0
    case .q4_1: REE_Q4_1
    case .float64, .float32, .float16, .bfloat16, .float8E4M3, .float8E5M2, .int64, .int32, .int16,
      .int8, .uint64, .uint32, .uint16, .uint8, .bool, .q5_0, .q5_1, .q2_K, .q3_K, .q4_K, .q5_K,
      .q6_K:
      nil
    }
  }

  static func decode(
    _ name: String, _ entry: TensorEntry, _ content: Span<UInt8>
  ) throws(LanguageModelError) -> [Float] {
    var elements: [Float] = []
    do {
      try BlockDecoder.decode(entry.encoding, content, into: &elements)
    } catch {
      throw .encoding(tensor: name, entry.encoding)
    }
    return elements
  }

  /// y = x W^T, row by row.
  func apply(
    _ x: Activations, into y: FloatMemory, activation: ree_activation = REE_IDENTITY,
    _ team: ThreadTeam
  ) {
    precondition(x.width == inputs && x.rows * outputs <= y.count)
    switch storage {
    case .blocks(let format, let memory):
      var product = unsafe ree_blocks_matmul()
      unsafe ree_blocks_matmul_init(&product, format, x.rows, outputs, inputs)
      unsafe x.assign(to: &product)
      unsafe product.weights = unsafe UnsafeRawPointer(memory.start)
      unsafe product.c = unsafe y.start
      unsafe product.activation = activation
      unsafe withUnsafePointer(to: product) { product in
        unsafe team.run(ree_blocks_matmul_tile_count(product)) { tile, _ in
          unsafe ree_blocks_matmul_tile(product, tile)
        }
      }
    case .floats(let memory):
      var product = unsafe ree_matmul()
      unsafe ree_matmul_init(&product, x.rows, outputs, inputs)
      unsafe product.a = unsafe UnsafePointer(x.floats.start)
      unsafe product.b = unsafe UnsafePointer(memory.start)
      unsafe product.b_packed = true
      unsafe product.c = unsafe y.start
      unsafe product.activation = activation
      unsafe withUnsafePointer(to: product) { product in
        unsafe team.run(ree_matmul_tile_count(product)) { tile, _ in
          unsafe ree_matmul_tile(product, tile)
        }
      }
    }
  }
}
