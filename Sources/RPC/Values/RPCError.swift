/// A call that did not end in ``Status/Code/ok``.
///
/// Services throw it to choose what the caller sees; anything else that a service throws reaches
/// the caller as ``Status/Code/unknown`` without its text. Every client call throws this type and
/// no other.
public struct RPCError: Error, Sendable {
  public var status: Status
  /// What the peer sent along: on the client the call's trailers, on the server what will be sent.
  public var metadata: Metadata
  /// What went wrong underneath: logged on this side, never sent.
  public var cause: (any Error)?
  /// Whether the call certainly did not reach a handler, so that it may be sent again.
  package var isUnprocessed = false
  /// What was tried before, oldest first, when the call was retried.
  public var attempts: [Status] = []

  public init(
    _ code: Status.Code, _ message: String, details: [ErrorDetail] = [], metadata: Metadata = [:],
    cause: (any Error)? = nil
  ) {
    precondition(code != .ok, "success is not an error")
    self.init(Status(code, message, details: details), metadata: metadata, cause: cause)
  }

  package init(_ status: Status, metadata: Metadata = [:], cause: (any Error)? = nil) {
    self.status = status
    self.metadata = metadata
    self.cause = cause
  }

  public var code: Status.Code { status.code }
  public var message: String { status.message }
  public var details: [ErrorDetail] { status.details }
}

extension RPCError {
  /// The answer of a service that does not have the method.
  public static func unimplemented(_ method: MethodDescriptor) -> RPCError {
    RPCError(.unimplemented, "service \(method.service) has no method \(method.name)")
  }
}

extension RPCError: CustomStringConvertible {
  public var description: String {
    message.isEmpty ? "\(code)" : "\(code): \(message)"
  }
}

extension RPCError {
  /// The one place where whatever a handler threw becomes what its caller sees.
  package init(thrown error: any Error, deadline: Deadline? = nil) {
    switch error {
    case let error as RPCError: self = error
    case is CancellationError where deadline?.hasPassed == true: self = .deadlineExceeded
    case is CancellationError: self = .cancelled
    default: self.init(.unknown, "the handler failed", cause: error)
    }
  }

  package static let cancelled = RPCError(.cancelled, "the call was cancelled")
  package static let deadlineExceeded = RPCError(.deadlineExceeded, "the deadline has passed")
}
