package import HTTP
package import RPC

extension Status {
  /// Appends `grpc-status` and what belongs to it. The order is that of the protocol's grammar.
  package func append(to trailers: inout HeaderList) {
    guard code != .ok else {
      trailers.append("grpc-status", "0")
      return
    }
    trailers.append("grpc-status", String(code.rawValue))
    if !message.isEmpty {
      trailers.append("grpc-message", PercentEncoding.encodeMessage(message))
    }
    if !details.isEmpty {
      unsafe trailers.append("grpc-status-details-bin", Base64.encode(serialized().span.bytes))
    }
  }

  /// Reads the status out of trailers, or of the headers of a response that has nothing else; nil
  /// when there is no `grpc-status`.
  package init?(reading trailers: borrowing HeaderList) {
    guard let index = trailers.firstIndex(of: "grpc-status") else { return nil }
    let number = trailers.withField(at: index) { _, value in value.decimal(digitsMax: 9) }
    guard let number else {
      self.init(.unknown, "the peer's grpc-status is not a number")
      return
    }
    // A code that is not known says no more than that something failed.
    self.init(Code(rawValue: Int(number)) ?? .unknown)
    guard code != .ok else { return }
    if let index = trailers.firstIndex(of: "grpc-message") {
      message = trailers.withField(at: index) { _, value in PercentEncoding.decodeMessage(value) }
    }
    if let index = trailers.firstIndex(of: "grpc-status-details-bin") {
      let bytes = trailers.withField(at: index) { _, value in Base64.decode(value) }
      // Details that cannot be read must not hide the status.
      details = bytes.map { Status.details(from: $0) } ?? []
    }
  }
}
