internal import Buffers
internal import HTTP
internal import RPC
internal import RPCWire

extension ServerExchange {
  enum Classification {
    case call(ContentType, MethodHandler)
    case page(Page)
    /// There was nothing to do but say no.
    case answered
  }

  /// Decides by method, path and content type what the request is.
  func classify() -> Classification {
    if let call = classifyCommon() { return call }
    return classifyAny()
  }

  /// What nearly every request is, found without making a string: a gRPC call over HTTP/2.
  private func classifyCommon() -> Classification? {
    guard !headersAreTooLarge, context.cors == nil, carrier?.httpVersion == .http2 else {
      return nil
    }
    var isPost = false
    var isGRPC = false
    var handler: MethodHandler?
    for index in 0..<headers.count {
      headers.withField(at: index) { name, value in
        switch name.byteCount {
        case 5 where name.equals(":path"): handler = context.router.handler(for: value)
        case 7 where name.equals(":method"): isPost = value.equals("POST")
        case 12 where name.equals("content-type"):
          isGRPC = value.equals("application/grpc") || value.equals("application/grpc+proto")
        default: break
        }
      }
    }
    guard isPost, isGRPC, let handler else { return nil }
    return .call(ContentType(.grpc, .proto), handler)
  }

  private func classifyAny() -> Classification {
    let verb = headers.first(":method") ?? ""
    let target = headers.first(":path") ?? ""
    if context.cors != nil { state.origin = headers.first("origin") }
    if headersAreTooLarge {
      refuseHeaders()
      return .answered
    }
    if verb == "OPTIONS", let cors = context.cors, let origin = state.origin {
      preflight(cors, origin)
      return .answered
    }
    let path = String(target.prefix { $0 != "?" })
    if verb == "POST", let index = headers.firstIndex(of: "content-type") {
      let type = headers.withField(at: index) { _, value in
        Result { () throws(ContentType.Refusal) in try ContentType(reading: value) }
      }
      switch type {
      case .success(let type) where context.pages[path] == nil || type.wireProtocol == .grpc:
        return classifyCall(type, path)
      case .failure(.unknownCodec(let wire)) where context.pages[path] == nil:
        refuseContentType(wire)
        return .answered
      default: break
      }
    }
    if let page = context.pages[path] { return classifyPage(page, verb, target) }
    if verb == "GET", let handler = context.router.handler(for: path) {
      return classifyGet(handler, target)
    }
    if let handler = context.router.handler(for: path) {
      if verb == "POST" {
        refuseContentType(nil)
      } else {
        let allowed = handler.method.allowsGet ? "GET, POST" : "POST"
        respond(status: 405, "call this method with \(allowed)\n", [("allow", allowed)])
      }
    } else {
      respond(status: 404, "there is nothing at \(path.prefix(200))\n")
    }
    return .answered
  }

  private func classifyCall(_ type: ContentType, _ path: String) -> Classification {
    state.contentType = type
    guard type.wireProtocol != .grpc || carrier?.httpVersion == .http2 else {
      respond(status: 505, "gRPC needs HTTP/2; over HTTP/1.1 use gRPC-Web or Connect\n")
      return .answered
    }
    guard let handler = context.router.handler(for: path) else {
      if type.wireProtocol == .connectUnary, !isConnectRequest {
        respond(status: 404, "there is nothing at \(path.prefix(200))\n")
      } else {
        state.isUnrouted = true
        refuse(context.router.unimplemented(path))
      }
      return .answered
    }
    // Connect has one content type for unary calls and another for streams.
    let isUnary = handler.method.kind == .unary
    switch type.wireProtocol {
    case .connectUnary where !isUnary, .connectStream where isUnary:
      refuseContentType(nil)
      return .answered
    default:
      return .call(type, handler)
    }
  }

  private func classifyPage(_ page: Page, _ verb: String, _ target: String) -> Classification {
    guard page.methods.contains(verb) || (verb == "HEAD" && page.methods.contains("GET")) else {
      let allowed = page.methods.sorted().joined(separator: ", ")
      respond(status: 405, "use \(allowed)\n", [("allow", allowed)])
      return .answered
    }
    state.pageMethod = verb
    state.pageTarget = target
    return .page(page)
  }

  /// A Connect call whose message is in the query.
  private func classifyGet(_ handler: MethodHandler, _ target: String) -> Classification {
    guard handler.method.allowsGet else {
      respond(status: 405, "call this method with POST\n", [("allow", "POST")])
      return .answered
    }
    let query = target.drop { $0 != "?" }.dropFirst()
    do throws(ConnectQuery.Refusal) {
      let request = unsafe try ConnectQuery(reading: Array(query.utf8).span.bytes)
      guard request.message.count <= context.limits.requestSizeMax else {
        throw .failed(
          RPCError(
            .resourceExhausted,
            "the message has more than \(context.limits.requestSizeMax) bytes"))
      }
      state.isGet = true
      state.requestCompression = request.compression
      state.input.append(request.message)
      return .call(ContentType(.connectUnary, request.codec), handler)
    } catch {
      state.contentType = ContentType(.connectUnary, .proto)
      switch error {
      case .unknownCodec: respond(status: 415, "the encoding is not supported; use proto or json\n")
      case .failed(let error): refuse(error)
      }
      return .answered
    }
  }

  /// Whether a body of a general content type is meant as a call.
  private var isConnectRequest: Bool {
    headers.firstIndex(of: "connect-protocol-version") != nil
  }

  /// A caller whose protocol is known is answered in it.
  private func refuseHeaders() {
    let index = headers.firstIndex(of: "content-type")
    let type = index.flatMap { index in
      headers.withField(at: index) { _, value in
        try? ContentType(reading: value)
      }
    }
    guard let type, type.wireProtocol != .connectUnary || isConnectRequest else {
      respond(status: 431, "the request's headers are too large\n")
      return
    }
    state.contentType = type
    refuse(RPCError(.resourceExhausted, "the request's headers are too large"))
  }

  private func refuseContentType(_ wire: WireProtocol?) {
    let accepted: String
    switch wire {
    case .grpc: accepted = "application/grpc, application/grpc+proto, application/grpc+json"
    case .grpcWeb, .grpcWebText:
      accepted = "application/grpc-web+proto, application/grpc-web+json"
    case .connectStream: accepted = "application/connect+proto, application/connect+json"
    case .connectUnary, nil:
      accepted =
        "application/proto, application/json, application/connect+proto,"
        + " application/connect+json, application/grpc, application/grpc-web"
    }
    respond(
      status: 415, "the content type is not supported; use \(accepted)\n",
      [("accept-post", accepted)])
  }

  private func preflight(_ cors: CORS, _ origin: String) {
    var fields = HeaderList()
    fields.append(":status", "204")
    cors.appendPreflight(
      to: &fields, for: origin, requested: headers.first("access-control-request-headers"))
    outputHasEnded = true
    carrier?.respond(self, fields)
  }

  /// Answers with plain text and nothing more.
  func respond(
    status: Int, _ text: String, _ extra: [(name: String, value: String)] = []
  ) {
    var fields = HeaderList()
    fields.append(":status", String(status))
    fields.append("content-type", "text/plain; charset=utf-8")
    for (name, value) in extra { fields.append(name, value) }
    if let origin = state.origin { context.cors?.append(to: &fields, for: origin) }
    if headers.first(":method") != "HEAD" { output.append(text) }
    outputHasEnded = true
    state.responseStarted = true
    carrier?.respond(self, fields)
  }

  /// Answers a call that never gets a handler.
  private func refuse(_ error: RPCError) {
    for observer in context.observers { observer.callStarted(nil) }
    finish(error)
  }
}

extension MethodDescriptor {
  /// Whether Connect may call it with GET.
  fileprivate var allowsGet: Bool { idempotency == .noSideEffects && kind == .unary }
}
