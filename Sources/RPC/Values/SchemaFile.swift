/// A proto file as generated code carries it: its descriptor, and the files that it imports.
public struct SchemaFile: Sendable {
  /// The path by which other files import it, such as `gensyn/ree/v1/artifact.proto`.
  public let name: String
  public let imports: [SchemaFile]
  private let base64: String

  /// A file whose serialized `google.protobuf.FileDescriptorProto` is given in base64.
  public init(_ name: String, imports: [SchemaFile], base64: String) {
    self.name = name
    self.imports = imports
    self.base64 = base64
  }

  /// A serialized `google.protobuf.FileDescriptorProto`.
  public var descriptor: [UInt8] { Self.decode(base64) }

  /// A serialized `google.protobuf.FileDescriptorSet`: the file and all it imports, imports first.
  public func descriptorSet() -> [UInt8] {
    var set: [UInt8] = []
    var seen: Set<String> = []
    append(to: &set, seen: &seen)
    return set
  }

  private func append(to set: inout [UInt8], seen: inout Set<String>) {
    guard seen.insert(name).inserted else { return }
    for file in imports { file.append(to: &set, seen: &seen) }
    let descriptor = descriptor
    set.append(0x0A)  // Field 1, length-delimited.
    var length = descriptor.count
    while length > 0x7F {
      set.append(UInt8(length & 0x7F) | 0x80)
      length >>= 7
    }
    set.append(UInt8(length))
    set.append(contentsOf: descriptor)
  }

  /// Reads base64, skipping line breaks and stopping at the padding.
  private static func decode(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var bits: UInt32 = 0
    var bitCount = 0
    for character in text.utf8 {
      guard let digit = value(of: character) else { continue }
      bits = bits << 6 | UInt32(digit)
      bitCount += 6
      guard bitCount >= 8 else { continue }
      bitCount -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
    }
    return bytes
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
