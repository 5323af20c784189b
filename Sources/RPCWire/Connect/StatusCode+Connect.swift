package import RPC

/// Connect's names of the codes and their HTTP statuses
/// (connectrpc/connectrpc.com docs/protocol.md, "Error Codes").
extension Status.Code {
  package init?(connectName: String) {
    let known = Self.allCases.first { $0 != .ok && $0.connectName == connectName }
    guard let known else { return nil }
    self = known
  }

  package var connectName: String {
    switch self {
    case .ok: "ok"
    case .cancelled: "canceled"
    case .unknown: "unknown"
    case .invalidArgument: "invalid_argument"
    case .deadlineExceeded: "deadline_exceeded"
    case .notFound: "not_found"
    case .alreadyExists: "already_exists"
    case .permissionDenied: "permission_denied"
    case .resourceExhausted: "resource_exhausted"
    case .failedPrecondition: "failed_precondition"
    case .aborted: "aborted"
    case .outOfRange: "out_of_range"
    case .unimplemented: "unimplemented"
    case .internal: "internal"
    case .unavailable: "unavailable"
    case .dataLoss: "data_loss"
    case .unauthenticated: "unauthenticated"
    }
  }

  /// The HTTP status of a response that carries this code.
  package var httpStatus: Int {
    switch self {
    case .ok: 200
    case .cancelled: 499
    case .unknown: 500
    case .invalidArgument: 400
    case .deadlineExceeded: 504
    case .notFound: 404
    case .alreadyExists: 409
    case .permissionDenied: 403
    case .resourceExhausted: 429
    case .failedPrecondition: 400
    case .aborted: 409
    case .outOfRange: 400
    case .unimplemented: 501
    case .internal: 500
    case .unavailable: 503
    case .dataLoss: 500
    case .unauthenticated: 401
    }
  }
}
