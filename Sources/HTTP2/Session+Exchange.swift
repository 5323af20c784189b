internal import Buffers
internal import CNghttp2
public import HTTP

extension Session: ExchangeCarrier {
  public var httpVersion: HTTPVersion { .http2 }

  /// Opens a stream for a request whose first fields are the pseudo header fields.
  ///
  /// The body follows from the exchange's output.
  public func request(
    _ exchange: Exchange, _ headers: borrowing HeaderList
  ) throws(HTTP2Error) {
    let hasBody = !(exchange.outputHasEnded && exchange.output.isEmpty)
    let id = unsafe withVectors(headers) { vectors in
      unsafe withUnsafePointer(to: provider(for: exchange)) { provider in
        unsafe nghttp2_submit_request(
          handle, nil, vectors.baseAddress, vectors.count, hasBody ? provider : nil,
          Unmanaged.passUnretained(exchange).toOpaque())
      }
    }
    try check(Int(id))
    exchange.id = id
    // What the server may send us in return grows with what we ask for.
    state.flood.streamOpened()
    insert(exchange)
    announceOutput()
  }

  public func respond(_ exchange: Exchange, _ headers: borrowing HeaderList) {
    let hasBody =
      !(exchange.outputHasEnded && exchange.output.isEmpty)
      || exchange.outputTrailers != nil
    unsafe withVectors(headers) { vectors in
      unsafe withUnsafePointer(to: provider(for: exchange)) { provider in
        _ = unsafe nghttp2_submit_response(
          handle, exchange.id, vectors.baseAddress, vectors.count, hasBody ? provider : nil)
      }
    }
    announceOutput()
  }

  public func outputGrew(_ exchange: Exchange) {
    if exchange.isStalled {
      exchange.isStalled = false
      unsafe nghttp2_session_resume_data(handle, exchange.id)
    }
    announceOutput()
  }

  public func consumed(_ count: Int, by exchange: Exchange) {
    guard count > 0, exchange.carrier === self else { return }
    unsafe nghttp2_session_consume_stream(handle, exchange.id, count)
    if !state.isBusy, hasOutput { announceOutput() }
  }

  public func reset(_ exchange: Exchange, code: UInt32) {
    guard exchange.carrier === self else { return }
    unsafe nghttp2_submit_rst_stream(
      handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), exchange.id, code)
    exchange.wasResetHere = true
    announceOutput()
  }

  /// Refuses the requests that still wait for a stream: a peer that goes takes no new ones, and
  /// the library would hold them until a stream that runs has ended.
  func refuseWaiting() {
    for exchange in exchanges
    where unsafe nghttp2_session_find_stream(handle, exchange.id) == nil {
      unsafe nghttp2_session_set_stream_user_data(handle, exchange.id, nil)
      remove(exchange)
      exchange.ended(.refused)
    }
  }

  func insert(_ exchange: Exchange) {
    exchange.carrier = self
    exchange.slot = state.exchanges.count
    state.exchanges.append(exchange)
  }

  func remove(_ exchange: Exchange) {
    let slot = exchange.slot
    guard slot >= 0, slot < state.exchanges.count, state.exchanges[slot] === exchange else {
      return
    }
    let last = state.exchanges.removeLast()
    if last !== exchange {
      state.exchanges[slot] = last
      last.slot = slot
    }
    exchange.slot = -1
    exchange.carrier = nil
  }
}

// MARK: - Header blocks and bodies in the library's terms

extension Session {
  private func provider(for exchange: Exchange) -> nghttp2_data_provider {
    unsafe nghttp2_data_provider(
      source: nghttp2_data_source(ptr: Unmanaged.passUnretained(exchange).toOpaque()),
      read_callback: readBody)
  }

  /// Describes the fields to the library, which copies what is no literal before `body` returns.
  func withVectors<R>(
    _ headers: borrowing HeaderList, _ body: (UnsafeBufferPointer<nghttp2_nv>) -> R
  ) -> R {
    unsafe state.vectors.removeAll(keepingCapacity: true)
    for index in 0..<headers.count {
      let isConstant = headers.isConstant(at: index)
      headers.withField(at: index) { name, value in
        unsafe name.withUnsafeBytes { name in
          unsafe value.withUnsafeBytes { value in
            unsafe state.vectors.append(
              nghttp2_nv(
                name: UnsafeMutablePointer(
                  mutating: name.baseAddress?.assumingMemoryBound(to: UInt8.self)),
                value: UnsafeMutablePointer(
                  mutating: value.baseAddress?.assumingMemoryBound(to: UInt8.self)),
                namelen: name.count, valuelen: value.count,
                flags: isConstant ? Self.constantFlags : Self.flags(forName: name)))
          }
        }
      }
    }
    return unsafe state.vectors.withUnsafeBufferPointer(body)
  }

  private static let constantFlags = UInt8(
    NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)

  /// What stays out of compression tables: credentials, which a neighbour could guess at, and
  /// values that are never the same twice, which would only fill the tables.
  private static func flags(forName name: UnsafeRawBufferPointer) -> UInt8 {
    let isNotIndexed =
      switch name.count {
      case 12: unsafe name.bytes.equals("grpc-timeout")
      case 13: unsafe name.bytes.equals("authorization")
      case 18: unsafe name.bytes.equals("connect-timeout-ms")
      default: false
      }
    return UInt8(
      isNotIndexed ? NGHTTP2_NV_FLAG_NO_INDEX.rawValue : NGHTTP2_NV_FLAG_NONE.rawValue)
  }
}

/// Offers what waits in an exchange's output; the bytes are copied once, in `writeBody`.
private let readBody: nghttp2_data_source_read_callback = {
  _, _, _, length, flags, source, context in
  guard let pointer = unsafe source?.pointee.ptr, let flags = unsafe flags else {
    return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
  }
  return unsafe Session.withExchange(pointer) { exchange in
    let count = min(exchange.output.count, length)
    let isLast = exchange.outputHasEnded && count == exchange.output.count
    guard count > 0 || isLast else {
      exchange.isStalled = true
      return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
    if isLast {
      unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
      if exchange.outputTrailers != nil {
        unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
        unsafe Session.with(context) { $0.submitTrailers(of: exchange) }
      }
    }
    return count
  }
}

extension Session {
  func submitTrailers(of exchange: Exchange) {
    guard let trailers = exchange.outputTrailers.take() else { return }
    unsafe withVectors(trailers) { vectors in
      _ = unsafe nghttp2_submit_trailer(
        handle, exchange.id, vectors.baseAddress, vectors.count)
    }
  }
}
