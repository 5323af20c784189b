internal import RPC

/// Why a call is not taken as its caller's.
enum Refusal: Error, Hashable {
  case malformed(String)
  case expired
  case expiresTooLate(limit: Duration)
  case wrongAudience(String)
  case badSignature
  case replayed
  case tooManyCalls
  case signatureRequired
}

extension RPCError {
  static let callersDomain = "callers.gensyn"

  /// The one place where refusals become what a caller sees.
  init(_ refusal: Refusal) {
    func unauthenticated(_ reason: String, _ message: String) -> RPCError {
      RPCError(
        .unauthenticated, message, details: [.reason(reason, domain: Self.callersDomain)])
    }
    self =
      switch refusal {
      case .malformed(let name):
        unauthenticated("MALFORMED_CREDENTIALS", "\(name) is missing, doubled or malformed")
      case .expired:
        unauthenticated("EXPIRED", "the signature has expired: sign anew, and check the clock")
      case .expiresTooLate(let limit):
        unauthenticated(
          "EXPIRES_TOO_LATE",
          "the signature must expire within \(limit): check the clock")
      case .wrongAudience(let audience):
        unauthenticated(
          "WRONG_AUDIENCE", "the call is meant for \"\(audience)\", not for this node")
      case .badSignature:
        unauthenticated(
          "BAD_SIGNATURE", "the signature was not made over this call with the key it names")
      case .replayed:
        unauthenticated("REPLAYED", "the nonce was used before: sign every call anew")
      case .signatureRequired:
        unauthenticated(
          "SIGNATURE_REQUIRED", "this method needs a caller: sign the call or show a certificate")
      case .tooManyCalls:
        RPCError(
          .resourceExhausted, "too many signed calls in a short time",
          details: [
            .reason("TOO_MANY_CALLS", domain: Self.callersDomain), .retry(after: .seconds(10)),
          ])
      }
  }
}
