/// Names for ALPN as they appear on the wire: each after its length (RFC 7301 section 3.1).
///
/// OpenSSL's callback points at it, so it has an address that does not change.
@safe
final class ProtocolList: @unchecked Sendable {
  // Unchecked: nothing writes to the bytes after `init`.
  let start: UnsafePointer<UInt8>
  let count: Int

  init(_ names: [String]) throws(ContextError) {
    let encoded = names.flatMap { [UInt8(truncatingIfNeeded: $0.utf8.count)] + $0.utf8 }
    guard names.allSatisfy({ (1...255).contains($0.utf8.count) }), encoded.count <= 65_535 else {
      throw .badProtocols(names)
    }
    let storage = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, encoded.count))
    _ = unsafe storage.initialize(from: encoded)
    count = encoded.count
    guard let base = storage.baseAddress else { fatalError("out of memory") }
    unsafe start = UnsafePointer(base)
  }

  deinit {
    unsafe start.deallocate()
  }

  @unsafe
  static func at(_ context: UnsafeMutableRawPointer?) -> ProtocolList {
    guard let context = unsafe context else { preconditionFailure("callback without user data") }
    return unsafe Unmanaged.fromOpaque(context).takeUnretainedValue()
  }
}
