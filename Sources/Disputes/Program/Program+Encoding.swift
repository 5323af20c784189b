public import Primitives
internal import Receipts

extension Program {
  /// The largest form that is read, in bytes.
  public static let byteCountMax = 64 << 20

  /// BLAKE3 of ``bytes``: the program's name.
  public var digest: Digest { BLAKE3.hash(bytes) }

  /// Deterministic CBOR.
  public var bytes: [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(6)
    writer.write(1)
    writer.beginArray(2)
    switch frame {
    case .graph(let header):
      writer.write(0)
      writer.write(header.array)
    case .file(let header):
      writer.write(1)
      writer.write(header.array)
    }
    writer.beginArray(inputs.count)
    for input in inputs {
      writer.beginArray(input.standard == nil ? 1 : 2)
      writer.write(input.name)
      if let standard = input.standard { writer.write(standard.array) }
    }
    writer.beginArray(constants.count)
    for constant in constants {
      writer.beginArray(2)
      writer.write(constant.name)
      writer.write(constant.tensor.array)
    }
    writer.beginArray(entries.count)
    for entry in entries {
      writer.beginArray(6)
      writer.write(entry.node)
      writer.write(entry.nodeHash.array)
      writer.write(entry.operatorName)
      writer.write(entry.semanticsVersion)
      writer.beginArray(entry.inputs.count)
      for source in entry.inputs { writer.write(source) }
      writer.write(UInt64(entry.outputCount))
    }
    writer.beginArray(outputs.count)
    for output in outputs {
      writer.beginArray(2)
      writer.write(output.name)
      writer.write(output.source)
    }
    return writer.bytes
  }

  /// Reads ``bytes``.
  public init(bytes: [UInt8]) throws(Malformed) {
    guard bytes.count <= Self.byteCountMax else { throw .count }
    do throws(MalformedForm) {
      let parts = try Self.read(bytes)
      inputs = parts.inputs
      constants = parts.constants
      entries = parts.entries
      outputs = parts.outputs
      frame = parts.frame
    } catch {
      throw .form
    }
    try check(after: bytes)
  }

  private func check(after bytes: [UInt8]) throws(Malformed) {
    _ = try Program(
      inputs: inputs, constants: constants, entries: entries, outputs: outputs, frame: frame)
  }

  private typealias Parts = (
    inputs: [Input], constants: [NamedCommitment], entries: [Entry], outputs: [Output],
    frame: Frame
  )

  private static func read(_ bytes: [UInt8]) throws(MalformedForm) -> Parts {
    var reader = CBORReader(bytes)
    let limit = UInt64(entryCountMax)
    try reader.expectArray(6)
    guard try reader.readNumber() == 1 else { throw .cbor(.unexpectedType) }
    try reader.expectArray(2)
    let isFile = try reader.readNumber(max: 1) == 1
    let header = try reader.readDigest()
    let inputs = try reader.readList(max: limit) { (reader) throws(MalformedForm) in
      let count = try reader.form { (reader) throws(CBORReader.Malformed) in
        try reader.readArrayCount()
      }
      guard 1...2 ~= count else { throw .cbor(.unexpectedType) }
      return Input(
        name: try reader.readName(), standard: count == 2 ? try reader.readDigest() : nil)
    }
    let constants = try reader.readList(max: limit) { (reader) throws(MalformedForm) in
      try reader.expectArray(2)
      return NamedCommitment(name: try reader.readName(), tensor: try reader.readDigest())
    }
    let entries = try reader.readList(max: limit) { (reader) throws(MalformedForm) in
      try reader.expectArray(6)
      return Entry(
        node: try reader.readNumber(), nodeHash: try reader.readDigest(),
        operatorName: try reader.readName(), semanticsVersion: try reader.readName(),
        inputs: try reader.readList(max: UInt64(tensorCountMax)) {
          (reader) throws(MalformedForm) in try reader.readSource()
        }, outputCount: Int(try reader.readNumber(max: UInt64(tensorCountMax))))
    }
    let outputs = try reader.readList(max: limit) { (reader) throws(MalformedForm) in
      try reader.expectArray(2)
      return Output(name: try reader.readName(), source: try reader.readSource())
    }
    try reader.form { (reader) throws(CBORReader.Malformed) in try reader.finish() }
    return (
      inputs, constants, entries, outputs, isFile ? .file(header: header) : .graph(header: header)
    )
  }
}

extension CBORWriter {
  fileprivate mutating func write(_ source: Program.Source) {
    let numbers: [Int] =
      switch source {
      case .absent: [0]
      case .input(let index): [1, index]
      case .constant(let index): [2, index]
      case .output(let entry, let index): [3, entry, index]
      case .carried(let entry, let index, let first): [4, entry, index, first]
      }
    beginArray(numbers.count)
    for number in numbers { write(UInt64(number)) }
  }
}

extension CBORReader {
  /// A text.
  mutating func readName() throws(MalformedForm) -> String {
    try form { (reader) throws(Malformed) in try reader.readText() }
  }

  fileprivate mutating func readSource() throws(MalformedForm) -> Program.Source {
    let numbers = try readList(max: 4) { (reader) throws(MalformedForm) in
      Int(try reader.readNumber(max: UInt64(Program.entryCountMax)))
    }
    switch (numbers.first, numbers.count) {
    case (0, 1): return .absent
    case (1, 2): return .input(numbers[1])
    case (2, 2): return .constant(numbers[1])
    case (3, 3): return .output(entry: numbers[1], index: numbers[2])
    case (4, 4): return .carried(entry: numbers[1], index: numbers[2], first: numbers[3])
    default: throw .cbor(.unexpectedType)
    }
  }
}
