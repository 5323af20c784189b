public import Primitives
internal import Receipts

/// What a run's result follows from, beside the model's main file.
///
/// Its canonical bytes are what a receipt's `parameters_hash` is the hash of; who has them and the
/// artifacts that they name can compute the receipt anew.
public struct RunParameters: Hashable, Sendable {
  /// The files beside the model's main file, by name.
  public var files: [File] = []
  /// In the order in which the model declares them. Empty where texts are given.
  public var inputs: [Input] = []
  /// Made into inputs by the tokenizer.
  public var texts: [String] = []
  /// BLAKE3 of the tokenizer's file.
  public var tokenizer: Digest?
  /// The outputs that were asked for; empty: all.
  public var outputNames: [String] = []

  public struct File: Hashable, Sendable {
    public let name: String
    public let hash: Digest

    public init(name: String, hash: Digest) {
      self.name = name
      self.hash = hash
    }
  }

  public struct Input: Hashable, Sendable {
    public let name: String
    /// `gensyn.ree.v1.DataType`'s number.
    public let dataType: UInt8
    public let dimensions: [UInt64]
    /// BLAKE3 of the elements: the artifact that holds them.
    public let content: Digest

    public init(name: String, dataType: UInt8, dimensions: [UInt64], content: Digest) {
      self.name = name
      self.dataType = dataType
      self.dimensions = dimensions
      self.content = content
    }
  }

  /// The longest form that is read, in bytes.
  public static let byteCountMax = 4 << 20
  /// The longest list of any kind.
  public static let itemCountMax = 1 << 16

  public init() {}

  /// Deterministic CBOR.
  public var bytes: [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(6)
    writer.write(Self.version)
    writer.beginArray(files.count)
    for file in files {
      writer.beginArray(2)
      writer.write(file.name)
      writer.write(file.hash.array)
    }
    writer.beginArray(inputs.count)
    for input in inputs {
      writer.beginArray(4)
      writer.write(input.name)
      writer.write(UInt64(input.dataType))
      writer.beginArray(input.dimensions.count)
      for dimension in input.dimensions { writer.write(dimension) }
      writer.write(input.content.array)
    }
    writer.beginArray(texts.count)
    for text in texts { writer.write(text) }
    writer.write(tokenizer?.array ?? [])
    writer.beginArray(outputNames.count)
    for name in outputNames { writer.write(name) }
    return writer.bytes
  }

  public var hash: Digest { BLAKE3.hash(bytes) }

  private static let version: UInt64 = 1
}

extension RunParameters {
  /// Bytes that are not ``bytes`` of any parameters.
  public struct Malformed: Error, Hashable, Sendable {}

  /// Reads ``bytes`` again.
  public init(bytes: [UInt8]) throws(Malformed) {
    guard bytes.count <= Self.byteCountMax, let read = Self.read(bytes) else { throw Malformed() }
    self = read
  }

  private static func read(_ bytes: [UInt8]) -> RunParameters? {
    var reader = CBORReader(bytes)
    var parameters = RunParameters()
    do {
      guard try reader.readArrayCount() == 6, try reader.readUnsigned() == version else {
        return nil
      }
      try list(&reader) { reader in
        guard try reader.readArrayCount() == 2 else { throw Malformed() }
        parameters.files.append(
          File(name: try reader.readText(), hash: try Digest(try reader.readBytes())))
      }
      try list(&reader) { reader in
        guard try reader.readArrayCount() == 4 else { throw Malformed() }
        let name = try reader.readText()
        guard let type = UInt8(exactly: try reader.readUnsigned()) else { throw Malformed() }
        var dimensions: [UInt64] = []
        try list(&reader) { dimensions.append(try $0.readUnsigned()) }
        parameters.inputs.append(
          Input(
            name: name, dataType: type, dimensions: dimensions,
            content: try Digest(try reader.readBytes())))
      }
      try list(&reader) { parameters.texts.append(try $0.readText()) }
      let tokenizer = try reader.readBytes()
      parameters.tokenizer = tokenizer.isEmpty ? nil : try Digest(tokenizer)
      try list(&reader) { parameters.outputNames.append(try $0.readText()) }
      try reader.finish()
      return parameters
    } catch {
      return nil
    }
  }

  private static func list(
    _ reader: inout CBORReader, _ item: (inout CBORReader) throws -> Void
  ) throws {
    let count = try reader.readArrayCount()
    guard count <= UInt64(itemCountMax) else { throw Malformed() }
    for _ in 0..<count { try item(&reader) }
  }
}
