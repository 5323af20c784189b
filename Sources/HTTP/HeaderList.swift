public import Buffers

/// Header fields in one flat block: no string is made until somebody asks for one.
///
/// Names are lower case, pseudo header fields (`:path`) included. Order is kept. Literals are
/// referred to and not copied.
@safe
public struct HeaderList: ~Copyable {
  /// The text that is no literal.
  @usableFromInline var bytes = ByteQueue()
  @usableFromInline var entries: UnsafeMutablePointer<Entry>?
  public private(set) var count = 0
  private var capacity = 0
  /// Names, values and 32 bytes for each field: the size that SETTINGS_MAX_HEADER_LIST_SIZE speaks
  /// of (RFC 9113 section 6.5.2).
  public private(set) var listSize = 0

  @usableFromInline
  struct Entry {
    @usableFromInline var name: Text
    @usableFromInline var value: Text
  }

  /// Where text is: at an address for ever, or in the list's bytes.
  @safe
  @usableFromInline
  struct Text {
    @usableFromInline var literal: UnsafePointer<UInt8>?
    @usableFromInline var start: UInt32
    @usableFromInline var count: UInt32
  }

  public init() {
    unsafe entries = nil
  }

  /// The fields of a list that is the same for ever; they are not copied.
  public init(_ constant: ConstantFields) {
    unsafe entries = constant.entries
    count = constant.count
    listSize = constant.listSize
  }

  deinit {
    if capacity > 0 { unsafe entries?.deallocate() }
  }

  public mutating func append(_ name: RawSpan, _ value: RawSpan) {
    append(copy(name), copy(value))
  }

  public mutating func append(_ name: StaticString, _ value: StaticString) {
    append(Text(name), Text(value))
  }

  public mutating func append(_ name: StaticString, _ value: String) {
    append(Text(name), unsafe copy(value.utf8.span.bytes))
  }

  public mutating func append(_ name: String, _ value: String) {
    unsafe append(copy(name.utf8.span.bytes), copy(value.utf8.span.bytes))
  }

  public mutating func removeAll() {
    bytes.removeAll(keepingUpTo: 4096)
    if capacity == 0 || capacity > 64 {
      if capacity > 0 { unsafe entries?.deallocate() }
      unsafe entries = nil
      capacity = 0
    }
    count = 0
    listSize = 0
  }

  private mutating func copy(_ text: RawSpan) -> Text {
    let start = UInt32(bytes.count)
    bytes.append(text)
    return unsafe Text(literal: nil, start: start, count: UInt32(text.byteCount))
  }

  private mutating func append(_ name: Text, _ value: Text) {
    if count >= capacity { grow() }
    unsafe (entries.unsafelyUnwrapped + count).initialize(to: Entry(name: name, value: value))
    count += 1
    listSize += Int(name.count) + Int(value.count) + 32
  }

  private mutating func grow() {
    let size = max(16, count * 2)
    let grown = UnsafeMutablePointer<Entry>.allocate(capacity: size)
    if let entries = unsafe entries {
      unsafe grown.update(from: entries, count: count)
      if capacity > 0 { unsafe entries.deallocate() }
    }
    unsafe entries = grown
    capacity = size
  }
}

extension HeaderList.Text {
  init(_ text: StaticString) {
    unsafe self.init(
      literal: text.utf8Start, start: 0, count: UInt32(text.utf8CodeUnitCount))
  }

  @inlinable
  func bytes(in all: RawSpan) -> UnsafeRawBufferPointer {
    if let literal = unsafe literal {
      return unsafe UnsafeRawBufferPointer(start: literal, count: Int(count))
    }
    return unsafe all.withUnsafeBytes { all in
      guard let base = all.baseAddress else {
        return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
      }
      return unsafe UnsafeRawBufferPointer(start: base + Int(start), count: Int(count))
    }
  }
}

// MARK: - Reading

extension HeaderList {
  /// Lets `body` read the name and the value of the field at `index`.
  @inlinable
  public borrowing func withField<R, E: Error>(
    at index: Int, _ body: (_ name: RawSpan, _ value: RawSpan) throws(E) -> R
  ) throws(E) -> R {
    precondition(index >= 0 && index < count)
    // The precondition implies that there are entries.
    let entry = unsafe entries.unsafelyUnwrapped[index]
    return try bytes.withBytes { all throws(E) in
      try body(unsafe entry.name.bytes(in: all).bytes, unsafe entry.value.bytes(in: all).bytes)
    }
  }

  /// Whether the field's text stays where it is when the list is gone.
  package borrowing func isConstant(at index: Int) -> Bool {
    precondition(index >= 0 && index < count)
    let entry = unsafe entries.unsafelyUnwrapped[index]
    return unsafe entry.name.literal != nil && entry.value.literal != nil
  }

  /// The position of the first field of that name.
  public borrowing func firstIndex(of name: StaticString) -> Int? {
    for index in 0..<count where withField(at: index, { found, _ in found.equals(name) }) {
      return index
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
    (0..<count).map { index in
      withField(at: index) { name, value in (name.string, value.string) }
    }
  }
}

/// Fields that are the same in every message. Made once, they are never freed.
@safe
public struct ConstantFields: @unchecked Sendable {
  // Unchecked: what is behind the pointer never changes.
  let entries: UnsafeMutablePointer<HeaderList.Entry>
  let count: Int
  let listSize: Int

  public init(_ fields: [(name: StaticString, value: StaticString)]) {
    count = fields.count
    unsafe entries = .allocate(capacity: max(1, fields.count))
    var size = 0
    for (index, field) in fields.enumerated() {
      unsafe (entries + index).initialize(
        to: HeaderList.Entry(
          name: HeaderList.Text(field.name), value: HeaderList.Text(field.value)))
      size += field.name.utf8CodeUnitCount + field.value.utf8CodeUnitCount + 32
    }
    listSize = size
  }
}
