/// Which trace a piece of work belongs to (W3C Trace Context, level 1).
public struct TraceContext: Hashable, Sendable {
  /// 32 hexadecimal digits, not all zero.
  public let traceID: String
  /// The span that the work is part of: 16 hexadecimal digits, not all zero.
  public let spanID: String
  public let flags: UInt8
  /// Vendors' own fields, passed on as they came.
  public var state: String?

  public var isSampled: Bool { flags & 1 != 0 }

  /// A new trace.
  public init(random: inout some RandomNumberGenerator) {
    traceID =
      Self.digits(Self.nonzero(&random), count: 16) + Self.digits(random.next(), count: 16)
    spanID = Self.digits(Self.nonzero(&random), count: 16)
    flags = 0
  }

  /// Reads a `traceparent` header; nil if it is not valid.
  public init?(parent: String, state: String? = nil) {
    let parts = parent.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, let version = Self.byte(parts[0]), version != 0xFF,
      parts.count == 4 || version > 0,
      Self.isID(parts[1], count: 32), Self.isID(parts[2], count: 16),
      let flags = Self.byte(parts[3])
    else { return nil }
    traceID = String(parts[1])
    spanID = String(parts[2])
    self.flags = flags
    self.state = state.flatMap { Self.isState($0) ? $0 : nil }
  }

  private init(traceID: String, spanID: String, flags: UInt8, state: String?) {
    self.traceID = traceID
    self.spanID = spanID
    self.flags = flags
    self.state = state
  }

  /// The next span of the same trace.
  public func child(random: inout some RandomNumberGenerator) -> TraceContext {
    TraceContext(
      traceID: traceID, spanID: Self.digits(Self.nonzero(&random), count: 16), flags: flags,
      state: state)
  }

  /// The value of the header `traceparent`. Flags that this version does not know are not passed
  /// on (section 3.2.2.5).
  public var parent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }
}

extension TraceContext {
  /// Section 3.3.1.1 asks for at least 512 characters to be passed on.
  private static let stateSizeMax = 4096

  private static func isState(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= stateSizeMax
      && text.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7E }
      && text.split(separator: ",").count <= 32
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
  }

  private static func isID(_ text: Substring, count: Int) -> Bool {
    text.utf8.count == count && text.utf8.allSatisfy(isDigit)
      && text.utf8.contains { $0 != UInt8(ascii: "0") }
  }

  private static func byte(_ text: Substring) -> UInt8? {
    guard text.utf8.count == 2, text.utf8.allSatisfy(isDigit) else { return nil }
    return UInt8(text, radix: 16)
  }

  private static func digits(_ value: UInt64, count: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: count - digits.count) + digits
  }

  private static func nonzero(_ random: inout some RandomNumberGenerator) -> UInt64 {
    random.next() | 1
  }
}
