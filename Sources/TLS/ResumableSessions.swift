internal import COpenSSL
internal import Synchronization

/// A session that a client may take up again on its next connection to the same server.
@safe
final class ResumableSession: @unchecked Sendable {
  // Unchecked: OpenSSL counts the references of a session with atomics and never changes one that
  // it has handed out.
  let handle: OpaquePointer

  @unsafe
  init(owning handle: OpaquePointer) {
    unsafe self.handle = handle
  }

  deinit {
    unsafe SSL_SESSION_free(handle)
  }

  /// Tickets of TLS 1.3 are for one use, or whoever watches could tell that two connections come
  /// from the same client (RFC 8446 appendix C.4).
  var isForOneUse: Bool {
    unsafe SSL_SESSION_get_protocol_version(handle) >= TLS1_3_VERSION
  }
}

/// The newest resumable session for each of a limited number of server names.
final class ResumableSessions: Sendable {
  private let state = Mutex(State())
  private let namesMax: Int

  private struct State {
    var sessions: [String: ResumableSession] = [:]
    /// The names in the order in which they came.
    var names: [String] = []

    mutating func forget(_ name: String) {
      guard sessions.removeValue(forKey: name) != nil else { return }
      names.removeAll { $0 == name }
    }
  }

  init(namesMax: Int) {
    self.namesMax = namesMax
  }

  func take(for name: String) -> ResumableSession? {
    state.withLock { (state) -> ResumableSession? in
      guard let session = state.sessions[name] else { return nil }
      if session.isForOneUse { state.forget(name) }
      return session
    }
  }

  func keep(_ session: ResumableSession, for name: String) {
    guard namesMax > 0 else { return }
    state.withLock { state in
      if state.sessions.updateValue(session, forKey: name) == nil { state.names.append(name) }
      if state.names.count > namesMax, let oldest = state.names.first { state.forget(oldest) }
    }
  }

  func forget(_ name: String) {
    state.withLock { $0.forget(name) }
  }

  var count: Int { state.withLock { $0.sessions.count } }
}
