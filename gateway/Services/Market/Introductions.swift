internal import Foundation
internal import Market
internal import Primitives
internal import RPC
internal import Schema
internal import Sodium
internal import SwiftProtobuf

/// Who serves, proven by both of its keys.
struct Introduced {
  let address: Address
  /// Signs receipts and heartbeats.
  let receiptKey: Ed25519.PublicKey
}

extension MarketNode {
  func challenge() -> Gensyn_Market_V1.ServeChallenge {
    .with {
      $0.challenge = Data(randomBytes(32))
      $0.heartbeatInterval = Google_Protobuf_Duration(
        milliseconds: market.rules.heartbeatMilliseconds)
      $0.heartbeatsMissedMax = UInt32(clamping: market.rules.heartbeatsMissedMax)
      $0.gatewayKey = Data(key.publicKey.bytes)
    }
  }

  /// Checks the answer to a challenge: the account's key signs that the receipt key is its own, and
  /// the receipt key agrees.
  func introduce(
    _ signed: Gensyn_Market_V1.SignedIntent, _ challenge: Gensyn_Market_V1.ServeChallenge
  ) throws(RPCError) -> Introduced {
    let intent = try read(signed)
    guard case .serve(let serve)? = intent.message.action,
      serve.challenge == challenge.challenge
    else {
      throw RPCError(
        .unauthenticated, "the introduction does not answer the challenge",
        details: [.reason("CHALLENGE", domain: RPCError.marketDomain)])
    }
    guard let key = Ed25519.PublicKey([UInt8](serve.receiptKey)),
      let signature = Ed25519.Signature([UInt8](serve.receiptKeySignature)),
      case let text = [UInt8](serve.challenge) + intent.signer.bytes,
      key.verifies(signature, of: text.span)
    else {
      throw RPCError(
        .unauthenticated, "the receipt key does not agree",
        details: [.reason("RECEIPT_KEY", domain: RPCError.marketDomain)])
    }
    return Introduced(address: intent.signer, receiptKey: key)
  }
}
