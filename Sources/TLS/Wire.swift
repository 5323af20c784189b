internal import Buffers
internal import COpenSSL

/// What a session's callbacks reach: the bytes to read and the queue to write to while a call runs,
/// and where a client keeps what it may resume.
///
/// OpenSSL reads from and writes to the caller's memory through it, without buffers between.
@safe
final class Wire {
  private var input = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  private var output: UnsafeMutablePointer<ByteQueue>?
  private let resumable: ResumableSessions?
  private let serverName: String

  init(resumable: ResumableSessions?, serverName: String) {
    unsafe output = nil
    self.resumable = resumable
    self.serverName = serverName
  }

  /// The number of bytes that OpenSSL has not taken yet.
  var unreadCount: Int { unsafe input.count }

  /// Connects both ends for as long as `body` runs. Input that it leaves is lost.
  func connected<R, E: Error>(
    _ bytes: RawSpan = RawSpan(), _ queue: inout ByteQueue, _ body: () throws(E) -> R
  ) throws(E) -> R {
    try unsafe bytes.withUnsafeBytes { (buffer) throws(E) -> R in
      try unsafe withUnsafeMutablePointer(to: &queue) { (queue) throws(E) -> R in
        unsafe input = buffer
        unsafe output = queue
        defer {
          unsafe input = UnsafeRawBufferPointer(start: nil, count: 0)
          unsafe output = nil
        }
        return try body()
      }
    }
  }

  func takeResumable() -> ResumableSession? {
    resumable?.take(for: serverName)
  }

  func keep(_ session: ResumableSession) {
    resumable?.keep(session, for: serverName)
  }

  func forgetResumable() {
    resumable?.forget(serverName)
  }

  @unsafe
  static func at(_ context: UnsafeMutableRawPointer?) -> Wire {
    guard let context = unsafe context else { preconditionFailure("callback without user data") }
    return unsafe Unmanaged.fromOpaque(context).takeUnretainedValue()
  }
}

// MARK: - As a BIO

extension Wire {
  /// Makes the wire what `ssl` reads from and writes to. The wire must outlive it.
  @unsafe
  func attach(to ssl: OpaquePointer) {
    guard let bio = unsafe BIO_new(BIOMethod.wire.handle) else { fatalError("out of memory") }
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe BIO_set_data(bio, context)
    unsafe BIO_set_init(bio, 1)
    unsafe SSL_set_bio(ssl, bio, bio)
    unsafe SSL_set_ex_data(ssl, 0, context)
  }

  /// Copies waiting input; nil asks OpenSSL to come again when there is more.
  @unsafe
  fileprivate func read(into target: UnsafeMutableRawBufferPointer) -> Int? {
    let count = unsafe min(target.count, input.count)
    guard count > 0 else { return nil }
    unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
    unsafe input = UnsafeRawBufferPointer(rebasing: input[count...])
    return count
  }

  @unsafe
  fileprivate func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let output = unsafe output else { return false }
    unsafe output.pointee.append(copying: bytes)
    return true
  }
}

/// The table of functions that makes a wire a BIO; one for the whole process.
@safe
private struct BIOMethod: @unchecked Sendable {
  // Unchecked: the table is not changed after it is made.
  let handle: OpaquePointer

  static let wire = BIOMethod()

  private init() {
    let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
    guard let handle = unsafe BIO_meth_new(type, "wire") else { fatalError("out of memory") }
    unsafe self.handle = handle
    unsafe BIO_meth_set_read_ex(handle) { bio, target, limit, count in
      unsafe BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
      let target = unsafe UnsafeMutableRawBufferPointer(start: target, count: limit)
      guard let taken = unsafe Wire.at(BIO_get_data(bio)).read(into: target) else {
        unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
        return 0
      }
      unsafe count?.pointee = taken
      return 1
    }
    unsafe BIO_meth_set_write_ex(handle) { bio, source, length, count in
      let bytes = unsafe UnsafeRawBufferPointer(start: source, count: length)
      guard unsafe Wire.at(BIO_get_data(bio)).write(bytes) else { return 0 }
      unsafe count?.pointee = length
      return 1
    }
    unsafe BIO_meth_set_ctrl(handle) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
  }
}
