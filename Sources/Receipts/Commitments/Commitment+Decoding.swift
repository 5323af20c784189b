package import Primitives

/// Why bytes are not the canonical form of a tensor or of a record.
package enum MalformedForm: Error, Hashable, Sendable {
  case cbor(CBORReader.Malformed)
  /// A list is longer than this, or a number larger.
  case tooLarge(limit: UInt64)
  case digest
}

extension CBORReader {
  /// One of the digests that forms are made of.
  package mutating func readDigest() throws(MalformedForm) -> Digest {
    let bytes = try form { (reader) throws(Malformed) in try reader.readBytes() }
    guard let digest = try? Digest(bytes) else { throw .digest }
    return digest
  }

  /// A list of at most so many.
  package mutating func readList<Item>(
    max limit: UInt64, _ item: (inout CBORReader) throws(MalformedForm) -> Item
  ) throws(MalformedForm) -> [Item] {
    let count = try form { (reader) throws(Malformed) in try reader.readArrayCount() }
    guard count <= limit else { throw .tooLarge(limit: limit) }
    var items: [Item] = []
    for _ in 0..<count { items.append(try item(&self)) }
    return items
  }

  /// Reads with the errors of forms.
  package mutating func form<T>(
    _ body: (inout CBORReader) throws(Malformed) -> T
  ) throws(MalformedForm) -> T {
    do {
      return try body(&self)
    } catch {
      throw .cbor(error)
    }
  }

  /// Reads an array's head and expects this many items.
  package mutating func expectArray(_ count: UInt64) throws(MalformedForm) {
    let found = try form { (reader) throws(Malformed) in try reader.readArrayCount() }
    guard found == count else { throw .cbor(.unexpectedType) }
  }

  /// A number up to a limit.
  package mutating func readNumber(
    max limit: UInt64 = .max
  ) throws(MalformedForm) -> UInt64 {
    let number = try form { (reader) throws(Malformed) in try reader.readUnsigned() }
    guard number <= limit else { throw .tooLarge(limit: limit) }
    return number
  }
}

extension TensorCommitment {
  /// The most dimensions of a tensor.
  package static let rankMax: UInt64 = 32

  /// Reads ``form``.
  package init(form bytes: [UInt8]) throws(MalformedForm) {
    var reader = CBORReader(bytes)
    try reader.expectArray(3)
    self.init(
      dataType: UInt8(truncatingIfNeeded: try reader.readNumber(max: 255)),
      dimensions: try reader.readList(max: Self.rankMax) { (reader) throws(MalformedForm) in
        try reader.readNumber()
      },
      content: try reader.readDigest())
    try reader.form { (reader) throws(CBORReader.Malformed) in try reader.finish() }
  }
}

extension TraceRecord {
  /// The longest form in bytes: what a referee on chain takes. A trace with a longer one must not be
  /// committed to, since nobody could answer for it.
  public static let formByteCountMax = 8192

  /// Reads ``form``.
  package init(form bytes: [UInt8]) throws(MalformedForm) {
    guard bytes.count <= Self.formByteCountMax else {
      throw .tooLarge(limit: UInt64(Self.formByteCountMax))
    }
    var reader = CBORReader(bytes)
    try reader.expectArray(6)
    self.init(
      node: try reader.readNumber(), nodeHash: try reader.readDigest(),
      operatorName: try reader.form { (reader) throws(CBORReader.Malformed) in
        try reader.readText()
      },
      semanticsVersion: try reader.form { (reader) throws(CBORReader.Malformed) in
        try reader.readText()
      },
      inputs: try reader.readList(max: 256) { (reader) throws(MalformedForm) in
        try reader.readDigest()
      },
      outputs: try reader.readList(max: 256) { (reader) throws(MalformedForm) in
        try reader.readDigest()
      })
    try reader.form { (reader) throws(CBORReader.Malformed) in try reader.finish() }
  }
}
