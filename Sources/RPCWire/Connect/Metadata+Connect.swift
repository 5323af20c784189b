package import HTTP
package import RPC

extension Metadata {
  /// Reads the header fields of a unary response, where trailers have `trailer-` in front of their
  /// names.
  package static func readUnary(
    _ fields: borrowing HeaderList
  ) throws(RPCError) -> (metadata: Metadata, trailers: Metadata) {
    var metadata = Metadata()
    var trailers = Metadata()
    for index in 0..<fields.count {
      try fields.withField(at: index) { (name, value) throws(RPCError) in
        guard name.starts(with: "trailer-") else {
          if !isReserved(name) { try metadata.append(name, value) }
          return
        }
        let bare = name.extracting(droppingFirst: "trailer-".utf8.count)
        if !isReserved(bare) { try trailers.append(bare, value) }
      }
    }
    return (metadata, trailers)
  }
}

/// `connect-protocol-version`, which tells Connect's requests from other uses of JSON.
package enum ConnectVersion {
  /// Checks the field's value, or that there is none.
  package static func check(
    _ fields: borrowing HeaderList, isRequired: Bool = false
  ) throws(RPCError) {
    guard let version = fields.first("connect-protocol-version") else {
      guard !isRequired else {
        throw RPCError(.invalidArgument, "connect-protocol-version is missing, it must be 1")
      }
      return
    }
    guard version == "1" else {
      throw RPCError(.invalidArgument, "connect-protocol-version is \(version), it must be 1")
    }
  }
}
