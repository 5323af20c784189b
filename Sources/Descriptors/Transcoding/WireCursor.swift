/// Reads the wire format in a range of some bytes; never past its end.
struct WireCursor {
  struct Tag {
    let number: Int
    let wireType: WireType
  }

  /// What stood behind a tag.
  enum Payload {
    /// The bits of a varint or of a fixed-size number.
    case bits(UInt64)
    /// The content of a length-delimited field or of a group.
    case bytes(Range<Int>)
  }

  private(set) var offset: Int
  private let end: Int

  init(_ range: Range<Int>) {
    offset = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { offset == end }

  mutating func tag(in wire: Span<UInt8>) throws(TranscodingError) -> Tag {
    let start = offset
    let bits = try varint(in: wire)
    guard bits <= UInt32.max, let wireType = WireType(rawValue: UInt8(bits & 7)), bits >= 8 else {
      throw .malformed("no such tag", start)
    }
    return Tag(number: Int(bits >> 3), wireType: wireType)
  }

  mutating func varint(in wire: Span<UInt8>) throws(TranscodingError) -> UInt64 {
    let start = offset
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard offset < end else { throw .malformed("a number is cut off", start) }
      let byte = wire[offset]
      offset += 1
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    throw .malformed("a number is too long", start)
  }

  mutating func fixed(byteCount: Int, in wire: Span<UInt8>) throws(TranscodingError) -> UInt64 {
    guard end - offset >= byteCount else { throw .malformed("a number is cut off", offset) }
    var result: UInt64 = 0
    for position in 0..<byteCount { result |= UInt64(wire[offset + position]) << (8 * position) }
    offset += byteCount
    return result
  }

  /// Reads, and thereby steps over, what follows `tag`.
  mutating func payload(
    of tag: Tag, in wire: Span<UInt8>, depthMax: Int
  ) throws(TranscodingError) -> Payload {
    switch tag.wireType {
    case .varint: return .bits(try varint(in: wire))
    case .fixed64: return .bits(try fixed(byteCount: 8, in: wire))
    case .fixed32: return .bits(try fixed(byteCount: 4, in: wire))
    case .lengthDelimited:
      let start = offset
      let length = try varint(in: wire)
      guard length <= UInt64(end - offset) else { throw .malformed("a field is cut off", start) }
      let range = offset..<offset + Int(length)
      offset = range.upperBound
      return .bytes(range)
    case .startGroup: return .bytes(try group(tag.number, in: wire, depthMax: depthMax))
    case .endGroup: throw .malformed("a group ends that did not begin", offset)
    }
  }

  /// One value of a packed run.
  mutating func packed(
    _ wireType: WireType, in wire: Span<UInt8>
  ) throws(TranscodingError) -> UInt64 {
    switch wireType {
    case .fixed64: try fixed(byteCount: 8, in: wire)
    case .fixed32: try fixed(byteCount: 4, in: wire)
    case .varint, .lengthDelimited, .startGroup, .endGroup: try varint(in: wire)
    }
  }

  /// Steps over a group and returns the range of its content.
  private mutating func group(
    _ number: Int, in wire: Span<UInt8>, depthMax: Int
  ) throws(TranscodingError) -> Range<Int> {
    let start = offset
    var open = [number]
    while let innermost = open.last {
      let tagStart = offset
      guard !isAtEnd else { throw .malformed("a group does not end", start) }
      let tag = try tag(in: wire)
      switch tag.wireType {
      case .startGroup:
        guard open.count <= depthMax else {
          throw TranscodingError(.limitExceeded(limit: "the depth of a message", max: depthMax))
        }
        open.append(tag.number)
      case .endGroup:
        guard tag.number == innermost else {
          throw .malformed("another group ends than the one that began", tagStart)
        }
        open.removeLast()
        if open.isEmpty { return start..<tagStart }
      case .varint, .fixed32, .fixed64, .lengthDelimited:
        _ = try payload(of: tag, in: wire, depthMax: depthMax)
      }
    }
    return start..<offset
  }
}

extension Error where Self == TranscodingError {
  fileprivate static func malformed(_ what: String, _ offset: Int) -> TranscodingError {
    TranscodingError(.malformed(what, offset: offset))
  }
}
