internal import CProtobufC
internal import CWire

extension MessageReader {
  func tensor(_ message: Ree__Onnx__Tensor) throws(ModelError) -> Tensor {
    let name = try unsafe text(message.name, .model)
    let place = ModelError.Place.tensor(name)
    guard unsafe message.segment == nil else { throw .unsupported(.segmentedTensor, place) }
    let number = unsafe message.data_type
    guard let type = ElementType(rawValue: number) else { throw .unknownElementType(number, place) }
    let shape = try unsafe shape(message.dims, message.n_dims, place)
    do {
      if type == .string {
        return try Tensor(shape, text: try unsafe strings(message, shape, place))
      }
      let count = try Tensor.count(of: shape, type)
      switch unsafe message.data_location {
      case 0: break
      case 1:
        let bytes = try unsafe externalBytes(message, countMax: count * type.sizeBytes, place)
        return try unsafe bytes.span.bytes.withUnsafeBytes { (bytes) throws(TensorError) in
          try unsafe Tensor(type, shape, count: count, raw: bytes, budget: budget)
        }
      case let location: throw ModelError.wrongNumber(.dataLocation, Int64(location), place)
      }
      if unsafe message.has_raw_data != 0 {
        return try unsafe Tensor(
          type, shape, count: count,
          raw: UnsafeRawBufferPointer(start: message.raw_data.data, count: message.raw_data.len))
      }
      return try unsafe typed(message, type, shape, count: count)
    } catch let error as ModelError {
      throw error
    } catch let error as TensorError {
      throw .tensor(error, place)
    } catch {
      preconditionFailure("making a tensor throws nothing else")
    }
  }

  private func shape(
    _ dimensions: UnsafeMutablePointer<Int64>?, _ count: Int, _ place: ModelError.Place
  ) throws(ModelError) -> [Int] {
    guard count <= Tensor.rankMax else {
      throw .tensor(.rankTooLarge(count, limit: Tensor.rankMax), place)
    }
    return unsafe UnsafeBufferPointer(start: dimensions, count: count).map { Int($0) }
  }

  private func strings(
    _ message: Ree__Onnx__Tensor, _ shape: [Int], _ place: ModelError.Place
  ) throws(ModelError) -> [String] {
    try unsafe texts(message.string_data, message.n_string_data, place)
  }

  // The typed fields: each holds several element types, widened.
  private func typed(
    _ message: Ree__Onnx__Tensor, _ type: ElementType, _ shape: [Int], count: Int
  ) throws(TensorError) -> Tensor {
    switch type {
    case .float32, .complex64:
      return try unsafe Tensor(
        type, shape, count: count,
        raw: UnsafeRawBufferPointer(
          UnsafeBufferPointer(start: message.float_data, count: message.n_float_data)))
    case .float64, .complex128:
      return try unsafe Tensor(
        type, shape, count: count,
        raw: UnsafeRawBufferPointer(
          UnsafeBufferPointer(start: message.double_data, count: message.n_double_data)))
    case .int64:
      return try unsafe Tensor(
        type, shape, count: count,
        raw: UnsafeRawBufferPointer(
          UnsafeBufferPointer(start: message.int64_data, count: message.n_int64_data)))
    case .uint64:
      return try unsafe Tensor(
        type, shape, count: count,
        raw: UnsafeRawBufferPointer(
          UnsafeBufferPointer(start: message.uint64_data, count: message.n_uint64_data)))
    case .uint32:
      let values = unsafe UnsafeBufferPointer(
        start: message.uint64_data, count: message.n_uint64_data)
      return try unsafe narrowed(values.map { UInt32(truncatingIfNeeded: $0) }, type, shape, count)
    default:
      let values = unsafe UnsafeBufferPointer(
        start: message.int32_data, count: message.n_int32_data)
      switch type.sizeBytes {
      case 4: return try unsafe narrowed(Array(values), type, shape, count)
      case 2:
        return try unsafe narrowed(
          values.map { UInt16(truncatingIfNeeded: $0) }, type, shape, count)
      default:
        return try unsafe narrowed(values.map { UInt8(truncatingIfNeeded: $0) }, type, shape, count)
      }
    }
  }

  private func narrowed<T: BitwiseCopyable>(
    _ values: [T], _ type: ElementType, _ shape: [Int], _ count: Int
  ) throws(TensorError) -> Tensor {
    try unsafe values.span.bytes.withUnsafeBytes { (bytes) throws(TensorError) in
      try unsafe Tensor(type, shape, count: count, raw: bytes)
    }
  }

  private func externalBytes(
    _ message: Ree__Onnx__Tensor, countMax: Int, _ place: ModelError.Place
  ) throws(ModelError) -> [UInt8] {
    var entries: [String: String] = [:]
    for index in 0..<(unsafe message.n_external_data) {
      guard let entry = unsafe message.external_data?[index]?.pointee else { throw .notAModel }
      entries[try unsafe text(entry.key, place)] = try unsafe text(entry.value, place)
    }
    let location = entries["location", default: ""]
    do throws(ExternalDataError) {
      guard let offset = UInt64(entries["offset", default: "0"]) else { throw .range(location) }
      var count: Int?
      if let length = entries["length"] {
        guard let number = Int(length), number >= 0 else { throw .range(location) }
        count = number
      }
      return try external.read(location, from: offset, count: count, countMax: countMax)
    } catch {
      throw .externalData(error, place)
    }
  }

  /// A tensor that is written as the elements that are not zero, made whole.
  func sparse(_ message: Ree__Onnx__SparseTensor) throws(ModelError) -> Tensor {
    guard let first = unsafe message.values, let second = unsafe message.indices else {
      throw .missing(.tensorValues, .model)
    }
    let (values, indices) = (try unsafe tensor(first.pointee), try unsafe tensor(second.pointee))
    let place = ModelError.Place.tensor(try unsafe text(first.pointee.name, .model))
    let shape = try unsafe shape(message.dims, message.n_dims, place)
    guard indices.elementType == .int64 else {
      throw .unknownElementType(indices.elementType.rawValue, place)
    }
    let numbers = indices.elements(Int64.self)
    let width = indices.rank == 2 ? shape.count : 1
    guard values.rank == 1, values.count * width == numbers.count else {
      throw .tensor(.count(expected: values.count * width, found: numbers.count), place)
    }
    do throws(TensorError) {
      var whole = try ElementMover(values.elementType, shape, budget: budget)
      let strides = width == 1 ? [1] : Tensor.strides(of: shape)
      let bounds = width == 1 ? [whole.count] : shape
      for index in 0..<values.count {
        var position = 0
        for axis in 0..<width {
          let number = numbers[index * width + axis]
          guard number >= 0, number < Int64(bounds[axis]) else {
            throw TensorError.count(expected: bounds[axis], found: Int(number))
          }
          position += Int(number) * strides[axis]
        }
        whole.copy(values, from: index, to: position)
      }
      return whole.tensor
    } catch {
      throw .tensor(error, place)
    }
  }
}

extension Tensor {
  /// Elements as a file has them: little-endian, types below eight bits packed from the low end.
  init(
    _ type: ElementType, _ shape: [Int], count: Int, raw: UnsafeRawBufferPointer,
    budget: MemoryBudget? = nil
  ) throws(TensorError) {
    let (bits, overflow) = count.multipliedReportingOverflow(by: type.sizeBits)
    guard !overflow else { throw .sizeTooLarge(shape: shape, limit: Self.sizeBytesMax) }
    let size = (bits + 7) / 8
    guard raw.count == size else { throw .count(expected: size, found: raw.count) }
    let storage = try TensorStorage(byteCount: count * type.sizeBytes, budget: budget)
    self.init(type, shape, storage: storage, count: count)
    let target = unsafe storage.base.bindMemory(to: UInt8.self, capacity: max(storage.byteCount, 1))
    guard let source = unsafe raw.bindMemory(to: UInt8.self).baseAddress else { return }
    switch type {
    case .bool:
      for index in 0..<count { unsafe target[index] = unsafe source[index] == 0 ? 0 : 1 }
    case .uint4, .int4, .float4e2m1, .uint2, .int2:
      let width = type.sizeBits
      let (perByte, mask) = (8 / width, UInt8(1 << width - 1))
      for index in 0..<count {
        let field = unsafe source[index / perByte] >> UInt8(index % perByte * width) & mask
        let shift = UInt8(8 - width)
        unsafe target[index] =
          type.isSigned
          ? UInt8(bitPattern: Int8(bitPattern: field << shift) >> shift) : field
      }
    default: unsafe storage.base.copyMemory(from: source, byteCount: size)
    }
  }
}
