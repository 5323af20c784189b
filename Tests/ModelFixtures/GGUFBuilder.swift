public import ModelFiles

/// Writes GGUF files as tests need them, right ones and wrong ones.
public struct GGUFBuilder {
  public struct Tensor {
    public var name: String
    public var type: UInt32
    /// Innermost first, as the file has them.
    public var lengths: [UInt64]
    public var bytes: [UInt8]
    /// Where the description says that it is; by default where it will be.
    public var offset: UInt64?

    public init(
      _ name: String, type: UInt32, lengths: [UInt64], bytes: [UInt8], offset: UInt64? = nil
    ) {
      self.name = name
      self.type = type
      self.lengths = lengths
      self.bytes = bytes
      self.offset = offset
    }
  }

  public var version: UInt32 = 3
  public var alignment = 32
  public var values: [(key: String, value: GGUFValue)] = []
  public var tensors: [Tensor] = []

  public init() {}

  public mutating func add(_ name: String, float32 elements: [Float], lengths: [Int]) {
    let bytes = elements.flatMap { little($0.bitPattern) }
    tensors.append(
      Tensor(name, type: 0, lengths: lengths.map { UInt64(clamping: $0) }, bytes: bytes))
  }

  public func build() -> [UInt8] {
    var output = Array("GGUF".utf8) + little(version)
    output += little(UInt64(tensors.count)) + little(UInt64(values.count))
    for (key, value) in values {
      output += string(key)
      output += little(type(of: value)) + payload(value)
    }
    var offset: UInt64 = 0
    for tensor in tensors {
      output += string(tensor.name) + little(UInt32(tensor.lengths.count))
      for length in tensor.lengths { output += little(length) }
      output += little(tensor.type) + little(tensor.offset ?? offset)
      offset += UInt64(aligned(tensor.bytes.count))
    }
    output += [UInt8](repeating: 0, count: aligned(output.count) - output.count)
    for tensor in tensors {
      output += tensor.bytes
      output += [UInt8](
        repeating: 0, count: aligned(tensor.bytes.count) - tensor.bytes.count)
    }
    return output
  }

  private func aligned(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }

  private func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
  }

  private func string(_ text: String) -> [UInt8] {
    little(UInt64(text.utf8.count)) + Array(text.utf8)
  }

  private func type(of value: GGUFValue) -> UInt32 {
    switch value {
    case .uint8: 0
    case .int8: 1
    case .uint16: 2
    case .int16: 3
    case .uint32: 4
    case .int32: 5
    case .float32: 6
    case .bool: 7
    case .string: 8
    case .array, .strings, .integers, .floats: 9
    case .uint64: 10
    case .int64: 11
    case .float64: 12
    }
  }

  private func payload(_ value: GGUFValue) -> [UInt8] {
    switch value {
    case .uint8(let value): little(value)
    case .int8(let value): little(value)
    case .uint16(let value): little(value)
    case .int16(let value): little(value)
    case .uint32(let value): little(value)
    case .int32(let value): little(value)
    case .float32(let value): little(value.bitPattern)
    case .bool(let value): [value ? 1 : 0]
    case .string(let text): string(text)
    case .uint64(let value): little(value)
    case .int64(let value): little(value)
    case .float64(let value): little(value.bitPattern)
    case .array(let elements):
      little(elements.first.map(type(of:)) ?? 0) + little(UInt64(elements.count))
        + elements.flatMap(payload)
    case .strings(let texts):
      little(UInt32(8)) + little(UInt64(texts.count)) + texts.flatMap(string)
    case .integers(let values):
      little(UInt32(11)) + little(UInt64(values.count)) + values.flatMap { little($0) }
    case .floats(let values):
      little(UInt32(12)) + little(UInt64(values.count))
        + values.flatMap { little($0.bitPattern) }
    }
  }
}
