public import SwiftProtobuf

/// A fact about an error that a program can act on: the standard ones of google.rpc, or any other.
public enum ErrorDetail: Hashable, Sendable {
  case errorInfo(Google_Rpc_ErrorInfo)
  case retryInfo(Google_Rpc_RetryInfo)
  case debugInfo(Google_Rpc_DebugInfo)
  case quotaFailure(Google_Rpc_QuotaFailure)
  case preconditionFailure(Google_Rpc_PreconditionFailure)
  case badRequest(Google_Rpc_BadRequest)
  case requestInfo(Google_Rpc_RequestInfo)
  case resourceInfo(Google_Rpc_ResourceInfo)
  case help(Google_Rpc_Help)
  case localizedMessage(Google_Rpc_LocalizedMessage)
  case other(Google_Protobuf_Any)
}

extension ErrorDetail {
  /// Which field of a request is wrong, as a path such as `header.size_bytes`, and why.
  public static func badField(_ path: String, _ reason: String) -> ErrorDetail {
    .badRequest(
      .with {
        $0.fieldViolations = [
          .with {
            $0.field = path
            $0.description_p = reason
          }
        ]
      })
  }

  /// A reason that programs can compare, `UPPER_SNAKE_CASE`, unique within the domain.
  public static func reason(
    _ reason: String, domain: String, metadata: [String: String] = [:]
  ) -> ErrorDetail {
    .errorInfo(
      .with {
        $0.reason = reason
        $0.domain = domain
        $0.metadata = metadata
      })
  }

  /// How long the caller should wait before it tries again.
  public static func retry(after delay: Duration) -> ErrorDetail {
    .retryInfo(
      .with {
        $0.retryDelay = .with {
          $0.seconds = delay.components.seconds
          $0.nanos = Int32(delay.components.attoseconds / 1_000_000_000)
        }
      })
  }
}

extension ErrorDetail {
  /// Recognises a standard detail by its type; whatever else it is stays as it came.
  package init(_ any: Google_Protobuf_Any) {
    func read<M: Message>(_ type: M.Type) -> M? {
      guard any.isA(type) else { return nil }
      // A detail that does not parse is kept in raw form: nothing of the peer's error is lost.
      return try? M(unpackingAny: any)
    }
    if let detail = read(Google_Rpc_ErrorInfo.self) {
      self = .errorInfo(detail)
    } else if let detail = read(Google_Rpc_RetryInfo.self) {
      self = .retryInfo(detail)
    } else if let detail = read(Google_Rpc_DebugInfo.self) {
      self = .debugInfo(detail)
    } else if let detail = read(Google_Rpc_QuotaFailure.self) {
      self = .quotaFailure(detail)
    } else if let detail = read(Google_Rpc_PreconditionFailure.self) {
      self = .preconditionFailure(detail)
    } else if let detail = read(Google_Rpc_BadRequest.self) {
      self = .badRequest(detail)
    } else if let detail = read(Google_Rpc_RequestInfo.self) {
      self = .requestInfo(detail)
    } else if let detail = read(Google_Rpc_ResourceInfo.self) {
      self = .resourceInfo(detail)
    } else if let detail = read(Google_Rpc_Help.self) {
      self = .help(detail)
    } else if let detail = read(Google_Rpc_LocalizedMessage.self) {
      self = .localizedMessage(detail)
    } else {
      self = .other(any)
    }
  }

  /// The detail as it travels.
  package var any: Google_Protobuf_Any {
    func pack(_ message: some Message) -> Google_Protobuf_Any {
      // Details have no required fields, the only thing that packing can refuse.
      (try? Google_Protobuf_Any(message: message)) ?? Google_Protobuf_Any()
    }
    return switch self {
    case .errorInfo(let detail): pack(detail)
    case .retryInfo(let detail): pack(detail)
    case .debugInfo(let detail): pack(detail)
    case .quotaFailure(let detail): pack(detail)
    case .preconditionFailure(let detail): pack(detail)
    case .badRequest(let detail): pack(detail)
    case .requestInfo(let detail): pack(detail)
    case .resourceInfo(let detail): pack(detail)
    case .help(let detail): pack(detail)
    case .localizedMessage(let detail): pack(detail)
    case .other(let any): any
    }
  }
}

extension Status {
  /// The status as `google.rpc.Status`, which carries the details on gRPC's wire.
  package func serialized() -> [UInt8] {
    let message = Google_Rpc_Status.with {
      $0.code = Int32(code.rawValue)
      $0.message = self.message
      $0.details = details.map(\.any)
    }
    // As above: nothing in it can be missing.
    return (try? message.serializedBytes()) ?? []
  }

  /// Reads the details of a serialized `google.rpc.Status`; bytes that are none have no details.
  package static func details(from bytes: [UInt8]) -> [ErrorDetail] {
    guard let message = try? Google_Rpc_Status(serializedBytes: bytes) else { return [] }
    return message.details.map { ErrorDetail($0) }
  }
}
