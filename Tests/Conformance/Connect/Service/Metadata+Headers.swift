internal import SwiftProtobuf
package import ConnectConformanceSchema
package import RPC
internal import RPCWire

extension Metadata {
  /// The suite writes binary values as base64.
  package init(_ headers: [Connectrpc_Conformance_V1.Header]) {
    self.init()
    for header in headers {
      let name = header.name.lowercased()
      for value in header.value {
        if name.hasSuffix("-bin"), let bytes = unsafe Base64.decode(value.utf8.span.bytes) {
          append(bytes, for: name)
        } else {
          append(value, for: name)
        }
      }
    }
  }

  package var headers: [Connectrpc_Conformance_V1.Header] {
    var headers: [Connectrpc_Conformance_V1.Header] = []
    for field in fields {
      let text =
        switch field.value {
        case .text(let text): text
        case .binary(let bytes): unsafe Base64.encode(bytes.span.bytes)
        }
      if let index = headers.firstIndex(where: { $0.name == field.name }) {
        headers[index].value.append(text)
      } else {
        headers.append(
          .with {
            $0.name = field.name
            $0.value = [text]
          })
      }
    }
    return headers
  }
}
