/// What a GGUF file holds: its metadata and where its tensors lie.
///
/// Reads version 3 of the format, little-endian, as the ggml project's `docs/gguf.md` specifies it.
/// Everything that the file claims is checked against the file before it is believed; weights are
/// not touched.
public struct GGUFFile: Sendable {
  public let metadata: GGUFMetadata
  public let tensors: TensorDirectory

  /// Reads the directory of a file that lies in memory.
  public init(_ bytes: Span<UInt8>, limits: Limits = Limits()) throws(GGUFMalformed) {
    var reader = GGUFReader()
    guard bytes.count >= 4, bytes[0] == 0x47, bytes[1] == 0x47, bytes[2] == 0x55, bytes[3] == 0x46
    else { throw .magic }
    _ = try reader.take(4, .header, bytes)
    let version: UInt32 = try reader.integer(.header, bytes)
    guard version == 3 else { throw .version(version) }
    let tensorCount = try reader.count(
      .tensors, max: limits.tensorCountMax, elementBytes: Self.tensorBytesMin, bytes)
    let valueCount = try reader.count(
      .metadata, max: limits.metadataCountMax, elementBytes: Self.metadataBytesMin, bytes)

    metadata = try GGUFMetadata(&reader, count: valueCount, limits: limits, bytes)
    let alignment = try Self.alignment(metadata)
    let descriptions = try Self.descriptions(
      &reader, count: tensorCount, alignment: alignment, limits: limits, bytes)
    // Tensors begin at the next aligned byte behind the directory.
    let start = (reader.offset + alignment - 1) / alignment * alignment
    do {
      tensors = try TensorDirectory(
        descriptions.map { (description) throws(GGUFMalformed) in
          try description.place(from: start, fileSize: bytes.count)
        })
    } catch let fault as TensorDirectory.Fault {
      switch fault {
      case .duplicate(let name): throw .duplicateTensor(name)
      case .overlap(let first, let second): throw .overlap(first, second)
      }
    } catch let malformed as GGUFMalformed {
      throw malformed
    } catch {
      throw .cut(.tensors, offset: start)
    }
  }

  public struct Limits: Sendable {
    public var metadataCountMax = 65_536
    public var tensorCountMax = 65_536
    public var keyLengthMax = 65_535
    public var stringLengthMax = 1 << 20
    public var arrayCountMax = 4_000_000
    /// Arrays inside arrays.
    public var arrayDepthMax = 4

    public init() {}
  }

  /// A length, a type and one byte.
  static let metadataBytesMin = 13
  /// A length, the count of dimensions, the type and the offset.
  static let tensorBytesMin = 24
  static let dimensionCountMax = 4

  private static func alignment(_ metadata: GGUFMetadata) throws(GGUFMalformed) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard let alignment = value.integer, 8...65_536 ~= alignment,
      alignment & (alignment - 1) == 0
    else { throw .alignment }
    return alignment
  }
}

// MARK: - Tensors

extension GGUFFile {
  /// A tensor as the directory describes it.
  private struct Description {
    let name: String
    let encoding: TensorEncoding
    let shape: [Int]
    let offset: Int

    func place(from start: Int, fileSize: Int) throws(GGUFMalformed) -> TensorEntry {
      guard let byteCount = TensorEntry.byteCount(encoding, shape: shape) else {
        throw .shape(tensor: name)
      }
      let (first, overflow) = start.addingReportingOverflow(offset)
      guard !overflow, first <= fileSize, byteCount <= fileSize - first else {
        throw .outside(tensor: name)
      }
      return TensorEntry(
        name: name, encoding: encoding, shape: shape, bytes: first..<first + byteCount)
    }
  }

  private static func descriptions(
    _ reader: inout GGUFReader, count: Int, alignment: Int, limits: Limits, _ bytes: Span<UInt8>
  ) throws(GGUFMalformed) -> [Description] {
    var descriptions: [Description] = []
    for _ in 0..<count {
      let start = reader.offset
      let name = try reader.string(.tensorName, lengthMax: limits.keyLengthMax, bytes)
      guard !name.isEmpty else { throw .text(.tensorName, offset: start) }
      let dimensionCount: UInt32 = try reader.integer(.tensor, bytes)
      guard dimensionCount <= dimensionCountMax else { throw .shape(tensor: name) }
      var shape: [Int] = []
      for _ in 0..<dimensionCount {
        let length: UInt64 = try reader.integer(.tensor, bytes)
        guard let length = Int(exactly: length) else { throw .shape(tensor: name) }
        shape.append(length)
      }
      let type: UInt32 = try reader.integer(.tensor, bytes)
      guard let encoding = TensorEncoding(gguf: type) else {
        throw .encoding(type, tensor: name)
      }
      let offset: UInt64 = try reader.integer(.tensor, bytes)
      guard offset.isMultiple(of: UInt64(alignment)) else {
        throw .misaligned(tensor: name, offset: offset)
      }
      guard let offset = Int(exactly: offset) else { throw .outside(tensor: name) }
      // The file lists the innermost dimension first.
      descriptions.append(
        Description(name: name, encoding: encoding, shape: shape.reversed(), offset: offset))
    }
    return descriptions
  }
}
