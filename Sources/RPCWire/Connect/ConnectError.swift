package import Buffers
internal import FoundationEssentials
package import RPC
internal import SwiftProtobuf

/// An error as Connect writes it: `{"code":…,"message":…,"details":[{"type":…,"value":…}]}`.
package enum ConnectError {
  /// Appends the status, which is no success, as JSON.
  package static func append(_ status: Status, to output: inout ByteQueue) {
    output.append("{\"code\":")
    output.appendJSON(status.code.connectName)
    if !status.message.isEmpty {
      output.append(",\"message\":")
      output.appendJSON(status.message)
    }
    if !status.details.isEmpty {
      output.append(",\"details\":[")
      output.appendJSON(list: status.details) { append($1.any, to: &$0) }
      output.append("]")
    }
    output.append("}")
  }

  /// Reads the body of a response whose HTTP status is not 200. A body that is none, and a code that
  /// is missing or unknown, leave the HTTP status to say what happened.
  package static func read(_ body: RawSpan, httpStatus: Int) -> Status {
    let fallback = Status.Code(httpStatus: httpStatus)
    // Proxies answer with HTML, and the HTTP status is all that they mean by it.
    guard let error = try? JSONDecoder().decode(JSONError.self, from: Data(body.array)) else {
      return Status(fallback, "the response has HTTP status \(httpStatus)")
    }
    return error.status(fallback: fallback)
  }

  private static func append(_ detail: Google_Protobuf_Any, to output: inout ByteQueue) {
    let slash = detail.typeURL.lastIndex(of: "/")
    let type = slash.map { detail.typeURL[detail.typeURL.index(after: $0)...] }
    output.append("{\"type\":")
    output.appendJSON(type.map { String($0) } ?? detail.typeURL)
    output.append(",\"value\":")
    unsafe output.appendJSON(Base64.encode(Array(detail.value).span.bytes))
    output.append("}")
  }
}

/// The error's JSON, with everything that may be wrong with a part of it forgiven.
struct JSONError: Decodable {
  private var code: Status.Code?
  private var message = ""
  private var details: [ErrorDetail] = []

  private enum Key: String, CodingKey { case code, message, details }

  init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    code = (try? container.decode(String.self, forKey: .code)).flatMap {
      Status.Code(connectName: $0)
    }
    message = (try? container.decode(String.self, forKey: .message)) ?? ""
    let details = (try? container.decode([JSONDetail].self, forKey: .details)) ?? []
    self.details = details.compactMap(\.detail)
  }

  func status(fallback: Status.Code) -> Status {
    Status(code ?? fallback, message, details: details)
  }
}

/// One detail; without a type or a value it is none.
private struct JSONDetail: Decodable {
  let detail: ErrorDetail?

  private enum Key: String, CodingKey { case type, value }

  init(from decoder: any Swift.Decoder) throws {
    guard let container = try? decoder.container(keyedBy: Key.self),
      let type = try? container.decode(String.self, forKey: .type),
      let text = try? container.decode(String.self, forKey: .value),
      let value = unsafe Base64.decode(text.utf8.span.bytes)
    else {
      detail = nil
      return
    }
    detail = ErrorDetail(
      .with {
        $0.typeURL = type.contains("/") ? type : "type.googleapis.com/\(type)"
        $0.value = Data(value)
      })
  }
}
