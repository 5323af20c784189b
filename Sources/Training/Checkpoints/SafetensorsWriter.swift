/// Writes a safetensors file: eight bytes of length, a JSON header, then the tensors without gaps.
struct SafetensorsWriter {
  private struct Tensor {
    let name: String
    let type: String
    let shape: [Int]
    let bytes: Range<Int>
  }

  private let metadata: [(key: String, value: String)]
  private var tensors: [Tensor] = []
  private var content: [UInt8] = []

  /// - Parameter metadata: In the order of the file. Keys and values, as tensors' names, hold nothing
  ///   that JSON escapes.
  init(metadata: [(key: String, value: String)]) {
    self.metadata = metadata
  }

  mutating func append(
    _ name: String, type: String, shape: [Int], _ write: (inout [UInt8]) -> Void
  ) {
    let start = content.count
    write(&content)
    tensors.append(
      Tensor(name: name, type: type, shape: shape, bytes: start..<content.count))
  }

  /// The file. The header is filled up with spaces so that tensors begin at a multiple of eight.
  var bytes: [UInt8] {
    let texts = metadata.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
    let entries = tensors.map { tensor in
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      return "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":[\(shape)],"
        + "\"data_offsets\":[\(tensor.bytes.lowerBound),\(tensor.bytes.upperBound)]}"
    }
    var header = Array(
      "{\(([("\"__metadata__\":{\(texts)}")] + entries).joined(separator: ","))}".utf8)
    while !header.count.isMultiple(of: 8) { header.append(0x20) }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(header.count) >> UInt64($0 * 8)) }
    return length + header + content
  }
}
