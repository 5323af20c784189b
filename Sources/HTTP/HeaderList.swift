public import Buffers

/// Header fields in one flat block: no string is made until somebody asks for one.
///
/// Names are lower case, pseudo header fields (`:path`) included. Order is kept.
public struct HeaderList: ~Copyable {
  @usableFromInline var bytes = ByteQueue()
  @usableFromInline var entries: [Entry] = []

  @usableFromInline
  struct Entry {
    @usableFromInline var start: Int
    @usableFromInline var nameCount: Int
    @usableFromInline var valueCount: Int

    @usableFromInline
    init(start: Int, nameCount: Int, valueCount: Int) {
      self.start = start
      self.nameCount = nameCount
      self.valueCount = valueCount
    }
  }

  public init() {}

  public var count: Int { entries.count }

  /// The size that SETTINGS_MAX_HEADER_LIST_SIZE speaks of (RFC 9113 section 6.5.2): names, values
  /// and 32 bytes for each field.
  public var listSize: Int { bytes.count + 32 * entries.count }

  public mutating func append(_ name: RawSpan, _ value: RawSpan) {
    entries.append(
      Entry(start: bytes.count, nameCount: name.byteCount, valueCount: value.byteCount))
    bytes.append(name)
    bytes.append(value)
  }

  public mutating func append(_ name: StaticString, _ value: StaticString) {
    entries.append(
      Entry(
        start: bytes.count, nameCount: name.utf8CodeUnitCount,
        valueCount: value.utf8CodeUnitCount))
    bytes.append(name)
    bytes.append(value)
  }

  public mutating func append(_ name: StaticString, _ value: String) {
    entries.append(
      Entry(
        start: bytes.count, nameCount: name.utf8CodeUnitCount, valueCount: value.utf8.count))
    bytes.append(name)
    bytes.append(value)
  }

  public mutating func append(_ name: String, _ value: String) {
    entries.append(
      Entry(start: bytes.count, nameCount: name.utf8.count, valueCount: value.utf8.count))
    bytes.append(name)
    bytes.append(value)
  }

  public mutating func removeAll() {
    bytes.removeAll(keepingUpTo: 4096)
    entries.removeAll(keepingCapacity: entries.capacity <= 64)
  }

  /// Lets `body` read the name and the value of the field at `index`.
  @inlinable
  public borrowing func withField<R, E: Error>(
    at index: Int, _ body: (_ name: RawSpan, _ value: RawSpan) throws(E) -> R
  ) throws(E) -> R {
    let entry = entries[index]
    return try bytes.withBytes { all throws(E) in
      let valueStart = entry.start + entry.nameCount
      return try body(
        all.extracting(entry.start..<valueStart),
        all.extracting(valueStart..<(valueStart + entry.valueCount)))
    }
  }

  /// The position of the first field of that name.
  public borrowing func firstIndex(of name: StaticString) -> Int? {
    for index in entries.indices where entries[index].nameCount == name.utf8CodeUnitCount {
      if withField(at: index, { found, _ in found.equals(name) }) { return index }
    }
    return nil
  }

  /// The first value of that name.
  public borrowing func first(_ name: StaticString) -> String? {
    guard let index = firstIndex(of: name) else { return nil }
    return withField(at: index) { _, value in value.string }
  }

  /// Name and value of each field, as strings; bytes that are not UTF-8 are replaced.
  public borrowing func strings() -> [(name: String, value: String)] {
    entries.indices.map { index in
      withField(at: index) { name, value in (name.string, value.string) }
    }
  }
}

extension RawSpan {
  /// Whether the bytes are those of `text`.
  public func equals(_ text: StaticString) -> Bool {
    guard byteCount == text.utf8CodeUnitCount else { return false }
    return unsafe withUnsafeBytes { bytes in
      for index in 0..<bytes.count
      where unsafe bytes[index] != text.utf8Start[index] {
        return false
      }
      return true
    }
  }

  /// The bytes as text; what is not UTF-8 is replaced.
  public var string: String {
    unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
