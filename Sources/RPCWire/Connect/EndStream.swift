package import Buffers
internal import FoundationEssentials
package import RPC

/// The last message of a Connect stream: how the call ended, and its trailers.
package struct EndStream: Hashable, Sendable {
  package var status: Status
  package var trailers: Metadata

  package init(_ status: Status, trailers: Metadata = [:]) {
    self.status = status
    self.trailers = trailers
  }

  /// Appends the message without its envelope. When a trailer may not travel, nothing is appended.
  package func append(to output: inout ByteQueue) throws(Metadata.Malformed) {
    try trailers.checkSendable()
    output.append("{")
    if status.code != .ok {
      output.append("\"error\":")
      ConnectError.append(status, to: &output)
    }
    if !trailers.isEmpty {
      output.append(status.code == .ok ? "\"metadata\":{" : ",\"metadata\":{")
      output.appendJSON(list: names) { output, name in
        output.appendJSON(name)
        output.append(":[")
        output.appendJSON(list: values(name)) { $0.appendJSON($1) }
        output.append("]")
      }
      output.append("}")
    }
    output.append("}")
  }

  /// Reads the message behind the envelope, once it is decompressed.
  ///
  /// - Parameter trailersSizeMax: How large the trailers may be, counted as HTTP/2 counts fields.
  package init(reading message: RawSpan, trailersSizeMax: Int) throws(RPCError) {
    let json: JSONEndStream
    do {
      json = try JSONDecoder().decode(JSONEndStream.self, from: Data(message.array))
    } catch {
      throw RPCError(.internal, "the end of the stream is not valid JSON", cause: error)
    }
    self.init(json.error?.status(fallback: .unknown) ?? .ok)
    var size = 0
    // The order of names is not kept by JSON; sorting makes it the same every time.
    for (name, values) in (json.metadata ?? [:]).sorted(by: { $0.key < $1.key }) {
      for value in values {
        size += name.utf8.count + value.utf8.count + 32
        guard size <= trailersSizeMax else { throw .trailersTooLarge(trailersSizeMax) }
        try append(name.lowercased(), value)
      }
    }
  }

  private mutating func append(_ name: String, _ value: String) throws(RPCError) {
    let bytes = unsafe name.utf8.span.bytes
    guard !Metadata.isReserved(bytes) else { return }
    unsafe try trailers.append(bytes, value.utf8.span.bytes)
  }

  /// The trailers' names, each once, in the order in which they appear.
  private var names: [String] {
    var seen: Set<String> = []
    return trailers.fields.map(\.name).filter { seen.insert($0).inserted }
  }

  private func values(_ name: String) -> [String] {
    trailers.fields.filter { $0.name == name }.map { field in
      switch field.value {
      case .text(let text): text
      case .binary(let bytes): unsafe Base64.encode(bytes.span.bytes)
      }
    }
  }
}

private struct JSONEndStream: Decodable {
  var error: JSONError?
  var metadata: [String: [String]]?
}
