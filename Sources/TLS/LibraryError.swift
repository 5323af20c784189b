internal import COpenSSL

/// An error of OpenSSL: its number, and its words.
public struct LibraryError: Error, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt

  public var description: String {
    guard rawValue != 0 else { return "no reason given" }
    let reason = unsafe ERR_reason_error_string(rawValue)
    return unsafe reason.map { unsafe String(cString: $0) }
      ?? "error \(String(rawValue, radix: 16))"
  }

  var isFromTLS: Bool { ERR_GET_LIB(rawValue) == ERR_LIB_SSL }
  var reason: Int32 { ERR_GET_REASON(rawValue) }

  /// Empties the thread's error queue. What matters is the oldest error of the TLS library, or the
  /// oldest of all.
  static func takingQueue() -> LibraryError {
    var chosen = LibraryError(rawValue: 0)
    while true {
      let next = LibraryError(rawValue: ERR_get_error())
      guard next.rawValue != 0 else { return chosen }
      if chosen.rawValue == 0 || next.isFromTLS && !chosen.isFromTLS { chosen = next }
    }
  }
}
