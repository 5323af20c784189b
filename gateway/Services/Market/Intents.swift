internal import Foundation
internal import Market
internal import Primitives
internal import RPC
internal import Schema
internal import Secp256k1
internal import SwiftProtobuf
internal import Synchronization

/// An intent whose signature, chain and time are in order.
struct Intent {
  /// Keccak-256 of the signed bytes.
  let id: Digest
  let signer: Address
  let message: Gensyn_Market_V1.Intent
  /// The signed intent as it came.
  let bytes: [UInt8]
}

/// The nonces of the last hour, so that none is used for two things.
struct IntentMemory: Sendable {
  private struct Use: Hashable {
    let signer: Address
    let nonce: Data
  }

  private var uses: [Use: (id: Digest, expires: UnixTime)] = [:]
  private static let countMax = 1_000_000

  mutating func remember(_ intent: Intent, expires: UnixTime, now: UnixTime) throws(RPCError) {
    let use = Use(signer: intent.signer, nonce: intent.message.nonce)
    if let known = uses[use], known.expires > now {
      guard known.id == intent.id else {
        throw RPCError(
          .alreadyExists, "the nonce was used for something else",
          details: [.reason("NONCE_USED", domain: RPCError.marketDomain)])
      }
      return
    }
    if uses.count >= Self.countMax { uses = uses.filter { $0.value.expires > now } }
    guard uses.count < Self.countMax else {
      throw RPCError(
        .resourceExhausted, "too many intents in a short time",
        details: [.retry(after: .seconds(60))])
    }
    uses[use] = (intent.id, expires)
  }
}

extension MarketNode {
  static let intentByteCountMax = 256 << 10
  static let intentLifetimeMax = Duration.seconds(3_600)
  private static let domain = Array("gensyn.market.v1".utf8) + [0]

  /// Whose an intent is and what it says.
  func read(_ signed: Gensyn_Market_V1.SignedIntent) throws(RPCError) -> Intent {
    guard !signed.intent.isEmpty, signed.intent.count <= Self.intentByteCountMax else {
      throw RPCError(badMarketField: "intent.intent", "has no bytes or too many")
    }
    guard let signer = Address([UInt8](signed.signer)) else {
      throw RPCError(badMarketField: "intent.signer", "must have 20 bytes")
    }
    let bytes = [UInt8](signed.intent)
    let digest = Keccak256.hash(Self.domain + bytes)
    guard Self.signer(of: digest, [UInt8](signed.signature)) == signer else {
      throw RPCError(
        .unauthenticated, "the signature is not the signer's",
        details: [.reason("BAD_SIGNATURE", domain: RPCError.marketDomain)])
    }
    guard let message = try? Gensyn_Market_V1.Intent(serializedBytes: bytes),
      let whole: [UInt8] = try? signed.serializedBytes()
    else { throw RPCError(badMarketField: "intent.intent", "is no intent") }
    guard U256(bigEndian: [UInt8](message.chainID)) == U256(chain.chainID) else {
      throw RPCError(
        .unauthenticated, "the intent is for another chain; this one is \(chain.chainID)",
        details: [.reason("WRONG_CHAIN", domain: RPCError.marketDomain)])
    }
    guard message.nonce.count == 16 else {
      throw RPCError(badMarketField: "intent.nonce", "must have 16 bytes")
    }
    let now = clock()
    let expires = try UnixTime(field: "intent.expire_time", message.expireTime)
    guard expires > now else {
      throw RPCError(.deadlineExceeded, "the intent has expired: sign anew, and check the clock")
    }
    guard expires.elapsed(since: now) <= Self.intentLifetimeMax else {
      throw RPCError(badMarketField: "intent.expire_time", "is more than an hour ahead")
    }
    let intent = Intent(
      id: Keccak256.hash(bytes), signer: signer, message: message, bytes: whole)
    try intents.withLock { (memory) throws(RPCError) in
      try memory.remember(intent, expires: expires, now: now)
    }
    return intent
  }

  private static func signer(of digest: Digest, _ signature: [UInt8]) -> Address? {
    guard signature.count == 65 else { return nil }
    let v = signature[64]
    guard let recoveryID = [0: 0, 1: 1, 27: 0, 28: 1][v] as UInt8?,
      let parsed = try? Secp256k1.Signature(Array(signature[..<64]), recoveryID: recoveryID),
      let key = try? parsed.recover(digest: digest.bytes.span)
    else { return nil }
    return Address(truncating: Keccak256.hash(key.coordinates.span).word)
  }
}
