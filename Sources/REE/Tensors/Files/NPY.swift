internal import ArrayFiles

/// NumPy's file format for one array: a magic number, a Python dictionary that says type, order and
/// shape, and the elements.
///
/// Source: numpy.lib.format, versions 1.0 to 3.0.
public enum NPY {
  public enum Malformed: Error, Hashable, Sendable {
    case magic
    case version(UInt8)
    case header
    case unsupportedType(String)
    case text
    case tensor(TensorError)
  }

  private static let types: [(code: String, type: ElementType)] = [
    ("<f4", .float32), ("<f8", .float64), ("<f2", .float16), ("|i1", .int8), ("<i2", .int16),
    ("<i4", .int32), ("<i8", .int64), ("|u1", .uint8), ("<u2", .uint16), ("<u4", .uint32),
    ("<u8", .uint64), ("|b1", .bool), ("<c8", .complex64), ("<c16", .complex128),
  ]

  public static func read(_ file: [UInt8]) throws(Malformed) -> Tensor {
    let (header, start) = try Self.header(file)
    let elements = file[start...]
    let shape = header.isColumnMajor ? header.shape.reversed() : header.shape
    var tensor = try tensor(header.type, shape, elements)
    if header.isColumnMajor {
      do {
        tensor = try tensor.transposed(Array(shape.indices.reversed()), budget: nil)
      } catch let error as TensorError {
        throw .tensor(error)
      } catch {
        throw .header
      }
    }
    return tensor
  }

  private static func header(
    _ file: [UInt8]
  ) throws(Malformed) -> (header: NPYHeader, elementsStart: Int) {
    do {
      return try NPYHeader.read(file)
    } catch {
      switch error {
      case .magic: throw .magic
      case .version(let version): throw .version(version)
      case .header: throw .header
      }
    }
  }

  private static func tensor(
    _ code: String, _ shape: [Int], _ elements: ArraySlice<UInt8>
  ) throws(Malformed) -> Tensor {
    do throws(TensorError) {
      if code.hasPrefix("<U"), let width = Int(code.dropFirst(2)), width >= 0, width < 1 << 20 {
        return try strings(width, shape, elements)
      }
      guard let type = types.first(where: { $0.code == code })?.type else {
        throw TensorError.count(expected: 0, found: -1)
      }
      let count = try Tensor.count(of: shape, type)
      let size = count * type.sizeBytes
      guard elements.count >= size else {
        throw TensorError.count(expected: size, found: elements.count)
      }
      let bytes = Array(elements.prefix(size))
      return try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(TensorError) in
        try unsafe Tensor(type, shape, count: count, raw: raw)
      }
    } catch .count(expected: 0, found: -1) {
      throw .unsupportedType(code)
    } catch {
      throw .tensor(error)
    }
  }

  // Each string has the same number of code points of four bytes, zeros behind its end.
  private static func strings(
    _ width: Int, _ shape: [Int], _ elements: ArraySlice<UInt8>
  ) throws(TensorError) -> Tensor {
    let count = try Tensor.count(of: shape, .string)
    let (size, overflow) = count.multipliedReportingOverflow(by: width * 4)
    guard !overflow, elements.count >= size else {
      throw .count(expected: size, found: elements.count)
    }
    let texts = (0..<count).map { index in
      var text = ""
      for place in 0..<width {
        let start = elements.startIndex + (index * width + place) * 4
        let value = (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(elements[start + $1]) }
        guard value != 0 else { break }
        text.unicodeScalars.append(Unicode.Scalar(value) ?? "\u{fffd}")
      }
      return text
    }
    return try Tensor(shape, text: texts)
  }

  /// The array as a file of version 1.0, or `nil` where NumPy has no such type.
  public static func write(_ tensor: Tensor) -> [UInt8]? {
    let code: String
    var elements: [UInt8] = []
    switch tensor.content {
    case .text(let texts):
      let width = max(texts.map { $0.unicodeScalars.count }.max() ?? 0, 1)
      code = "<U\(width)"
      for text in texts {
        let scalars = text.unicodeScalars.map(\.value)
        for value in scalars + [UInt32](repeating: 0, count: width - scalars.count) {
          for shift in stride(from: UInt32(0), to: 32, by: 8) {
            elements.append(UInt8(truncatingIfNeeded: value >> shift))
          }
        }
      }
    case .bytes(let storage):
      guard let known = types.first(where: { $0.type == tensor.elementType }) else { return nil }
      code = known.code
      elements = unsafe Array(
        UnsafeRawBufferPointer(
          start: storage.base, count: tensor.count * tensor.elementType.sizeBytes))
    }
    return NPYHeader(type: code, shape: tensor.shape).bytes + elements
  }
}
