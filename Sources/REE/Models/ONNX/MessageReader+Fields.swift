internal import CProtobufC
internal import CWire

extension MessageReader {
  /// The messages of a repeated field, each made into something else.
  func list<M, R>(
    _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<M>?>?, _ count: Int,
    _ make: (M) throws(ModelError) -> R
  ) throws(ModelError) -> [R] {
    var results: [R] = []
    results.reserveCapacity(count)
    for index in 0..<count {
      guard let message = unsafe pointers?[index] else { throw .notAModel }
      results.append(try unsafe make(message.pointee))
    }
    return results
  }

  func text(
    _ binary: ProtobufCBinaryData, _ place: ModelError.Place
  ) throws(ModelError) -> String {
    let bytes = unsafe UnsafeBufferPointer(start: binary.data, count: binary.len)
    guard let text = unsafe String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
      throw .text(place)
    }
    return text
  }

  func texts(
    _ binaries: UnsafeMutablePointer<ProtobufCBinaryData>?, _ count: Int, _ place: ModelError.Place
  ) throws(ModelError) -> [String] {
    var texts: [String] = []
    texts.reserveCapacity(count)
    for index in 0..<count {
      guard let binary = unsafe binaries?[index] else { throw .notAModel }
      texts.append(try unsafe text(binary, place))
    }
    return texts
  }

  func type(
    _ message: Ree__Onnx__Type, _ place: ModelError.Place
  ) throws(ModelError) -> ValueType {
    if let tensor = unsafe message.tensor_type {
      let number = unsafe tensor.pointee.elem_type
      guard number == 0 || ElementType(rawValue: number) != nil else {
        throw .unknownElementType(number, place)
      }
      return .tensor(
        ElementType(rawValue: number),
        try unsafe tensor.pointee.shape.map { (shape) throws(ModelError) in
          try unsafe list(shape.pointee.dim, shape.pointee.n_dim) {
            (dimension) throws(ModelError) in try unsafe self.dimension(dimension, place)
          }
        })
    }
    if let sequence = unsafe message.sequence_type {
      guard let element = unsafe sequence.pointee.elem_type else {
        throw .missing(.elementType, place)
      }
      return .sequence(try unsafe type(element.pointee, place))
    }
    if let optional = unsafe message.optional_type {
      guard let element = unsafe optional.pointee.elem_type else {
        throw .missing(.elementType, place)
      }
      return .optional(try unsafe type(element.pointee, place))
    }
    if unsafe message.map_type != nil { throw .unsupported(.map, place) }
    if unsafe message.sparse_tensor_type != nil { throw .unsupported(.sparseTensor, place) }
    return .unknown
  }

  private func dimension(
    _ message: Ree__Onnx__Dimension, _ place: ModelError.Place
  ) throws(ModelError) -> Dimension {
    if unsafe message.has_dim_value != 0 {
      let size = unsafe message.dim_value
      guard size >= 0, size <= Int64(Tensor.dimensionMax) else {
        throw .wrongNumber(.dimension, size, place)
      }
      return .fixed(Int(size))
    }
    let name = try unsafe text(message.dim_param, place)
    return name.isEmpty ? .unknown : .variable(name)
  }
}
