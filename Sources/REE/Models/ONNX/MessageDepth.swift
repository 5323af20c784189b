internal import CProtobufC

/// Walks the messages inside a message without unpacking them.
///
/// protobuf-c unpacks by recursion without a limit, so that a file of nothing but nested messages
/// would overflow the stack.
enum MessageDepth {
  enum Outcome {
    case fits
    case tooDeep
    case malformed
  }

  static func check(
    _ bytes: Span<UInt8>, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>, limit: Int
  ) -> Outcome {
    var open = unsafe [(end: bytes.count, descriptor: descriptor)]
    var reader = Reader(at: 0)
    while let (end, descriptor) = unsafe open.last {
      guard reader.position < end else {
        unsafe open.removeLast()
        continue
      }
      guard let key = reader.varint(bytes, before: end) else { return .malformed }
      switch key & 7 {
      case 0: guard reader.varint(bytes, before: end) != nil else { return .malformed }
      case 1: guard reader.skip(8, before: end) else { return .malformed }
      case 5: guard reader.skip(4, before: end) else { return .malformed }
      case 2:
        guard let count = reader.varint(bytes, before: end), count <= UInt64(end - reader.position)
        else { return .malformed }
        let stop = reader.position + Int(count)
        if let inner = unsafe message(UInt32(truncatingIfNeeded: key >> 3), of: descriptor) {
          guard unsafe open.count < limit else { return .tooDeep }
          unsafe open.append((stop, inner))
        } else {
          reader = Reader(at: stop)
        }
      default: return .malformed
      }
    }
    return .fits
  }

  private static func message(
    _ number: UInt32, of descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> UnsafePointer<ProtobufCMessageDescriptor>? {
    guard let field = unsafe protobuf_c_message_descriptor_get_field(descriptor, number),
      unsafe field.pointee.type == PROTOBUF_C_TYPE_MESSAGE
    else { return nil }
    return unsafe field.pointee.descriptor?.assumingMemoryBound(
      to: ProtobufCMessageDescriptor.self)
  }

  private struct Reader {
    private(set) var position: Int

    init(at position: Int) {
      self.position = position
    }

    mutating func varint(_ bytes: Span<UInt8>, before end: Int) -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 70, by: 7) {
        guard position < end else { return nil }
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }

    mutating func skip(_ count: Int, before end: Int) -> Bool {
      guard count <= end - position else { return false }
      position += count
      return true
    }
  }
}
