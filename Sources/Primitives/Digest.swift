/// The 32 bytes that a hash function makes of a message.
public struct Digest: Sendable {
  public static let byteCount = 32

  public let bytes: [32 of UInt8]

  public init(_ bytes: [32 of UInt8]) {
    self.bytes = bytes
  }

  public init(_ bytes: Span<UInt8>) throws(WrongLength) {
    guard bytes.count == Self.byteCount else { throw WrongLength(count: bytes.count) }
    self.bytes = [32 of UInt8] { index in bytes[index] }
  }

  public init(_ bytes: [UInt8]) throws(WrongLength) {
    try self.init(bytes.span)
  }

  /// Reads 64 hexadecimal digits, with or without `0x` in front.
  public init(hex: some StringProtocol) throws(Malformed) {
    do {
      try self.init(try Hex.decode(hex))
    } catch let error as Hex.Malformed {
      throw .notHexadecimal(error)
    } catch let error as WrongLength {
      throw .wrongLength(error)
    } catch {
      preconditionFailure("reading a digest throws nothing else")
    }
  }

  /// A number of bytes that is not ``Digest/byteCount``.
  public struct WrongLength: Error, Hashable, Sendable {
    public let count: Int

    public init(count: Int) {
      self.count = count
    }
  }

  /// Why a text is not a digest.
  public enum Malformed: Error, Hashable, Sendable {
    case notHexadecimal(Hex.Malformed)
    case wrongLength(WrongLength)
  }
}

extension Digest: Hashable, Comparable {
  public static func == (left: Digest, right: Digest) -> Bool {
    var difference: UInt8 = 0
    for index in 0..<byteCount {
      difference |= left.bytes[index] ^ right.bytes[index]
    }
    return difference == 0
  }

  /// Compares as big-endian numbers, which is also the order of the hexadecimal texts.
  public static func < (left: Digest, right: Digest) -> Bool {
    for index in 0..<byteCount where left.bytes[index] != right.bytes[index] {
      return left.bytes[index] < right.bytes[index]
    }
    return false
  }

  public func hash(into hasher: inout Hasher) {
    unsafe bytes.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}

extension Digest: CustomStringConvertible {
  public var description: String { Hex.encode(bytes.span) }
}

extension Digest.WrongLength: CustomStringConvertible {
  public var description: String { "a digest has \(Digest.byteCount) bytes, not \(count)" }
}

extension Digest.Malformed: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notHexadecimal(let cause): cause.description
    case .wrongLength(let cause): cause.description
    }
  }
}
