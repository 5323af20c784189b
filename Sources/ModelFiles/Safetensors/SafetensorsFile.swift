/// What a safetensors file holds: a few texts and where its tensors lie.
///
/// The format is that of the Hugging Face project: eight bytes of length, a JSON header of that
/// length, then the tensors without gaps. Everything is checked before it is believed.
public struct SafetensorsFile: Sendable {
  /// The texts under `__metadata__`, such as `format`.
  public let metadata: [String: String]
  public let tensors: TensorDirectory

  public struct Limits: Sendable {
    /// The format's own limit.
    public var headerLengthMax = 100_000_000
    public var tensorCountMax = 65_536
    public var dimensionCountMax = 8

    public init() {}
  }

  /// Reads the directory of a file that lies in memory.
  public init(
    _ bytes: Span<UInt8>, limits: Limits = Limits()
  ) throws(SafetensorsMalformed) {
    guard bytes.count >= 8 else { throw .cut }
    let length = (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
    guard length <= UInt64(clamping: limits.headerLengthMax) else {
      throw .headerLength(length, max: limits.headerLengthMax)
    }
    guard length <= UInt64(bytes.count - 8) else { throw .cut }
    let start = 8 + Int(length)
    let header: JSONValue
    do {
      header = try JSONParser.parse(bytes.extracting(8..<start))
    } catch {
      throw .header(error)
    }
    guard let members = header.members else { throw .header(nil) }

    var metadata: [String: String] = [:]
    var entries: [TensorEntry] = []
    guard members.count <= limits.tensorCountMax else {
      throw .tooManyTensors(members.count, max: limits.tensorCountMax)
    }
    for member in members {
      if member.key == "__metadata__" {
        metadata = try Self.texts(member.value)
      } else {
        entries.append(
          try Self.entry(
            member.key, member.value, start: start, fileSize: bytes.count, limits: limits))
      }
    }
    self.metadata = metadata
    do {
      tensors = try TensorDirectory(entries)
    } catch {
      switch error {
      case .duplicate(let name): throw .description(tensor: name)
      case .overlap(let first, let second): throw .overlap(first, second)
      }
    }
    try Self.checkCoverage(entries, from: start, to: bytes.count)
  }

  private static func texts(_ value: JSONValue) throws(SafetensorsMalformed) -> [String: String] {
    guard let members = value.members else { throw .metadata }
    var texts: [String: String] = [:]
    for member in members {
      guard let text = member.value.string else { throw .metadata }
      texts[member.key] = text
    }
    return texts
  }

  private static func entry(
    _ name: String, _ value: JSONValue, start: Int, fileSize: Int, limits: Limits
  ) throws(SafetensorsMalformed) -> TensorEntry {
    guard value.members?.count == 3, let type = value["dtype"]?.string,
      let lengths = value["shape"]?.elements, let offsets = value["data_offsets"]?.elements,
      offsets.count == 2, let first = offsets[0].integer, let end = offsets[1].integer,
      lengths.count <= limits.dimensionCountMax
    else { throw .description(tensor: name) }
    guard let encoding = TensorEncoding(safetensors: type) else {
      throw .encoding(type, tensor: name)
    }
    var shape: [Int] = []
    for length in lengths {
      guard let length = length.integer, length >= 0 else { throw .shape(tensor: name) }
      shape.append(length)
    }
    guard 0 <= first, first <= end, end <= fileSize - start else { throw .outside(tensor: name) }
    guard TensorEntry.byteCount(encoding, shape: shape) == end - first else {
      throw .shape(tensor: name)
    }
    return TensorEntry(
      name: name, encoding: encoding, shape: shape, bytes: start + first..<start + end)
  }

  private static func checkCoverage(
    _ entries: [TensorEntry], from start: Int, to end: Int
  ) throws(SafetensorsMalformed) {
    var covered = start
    for bytes in entries.map(\.bytes).sorted(by: { $0.lowerBound < $1.lowerBound })
    where !bytes.isEmpty {
      guard bytes.lowerBound == covered else { throw .hole(offset: covered) }
      covered = bytes.upperBound
    }
    guard covered == end else { throw .hole(offset: covered) }
  }
}
