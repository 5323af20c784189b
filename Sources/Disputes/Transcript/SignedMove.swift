public import Primitives
internal import Receipts
public import Sodium

/// A move as its player signed it, with its place in the dispute.
///
/// Each names the one before, so that a player's signature covers everything that it answers.
public struct SignedMove: Hashable, Sendable {
  public let disputeID: Digest
  /// Counted from 0, the moves of both players together.
  public let number: UInt64
  /// ``hash`` of the move before; of the first, the dispute's name.
  public let previous: Digest
  public let party: Party
  public let move: Move
  public let signature: Ed25519.Signature
  /// Deterministic CBOR of all of it.
  public let bytes: [UInt8]

  /// BLAKE3 of ``bytes``.
  public var hash: Digest { BLAKE3.hash(bytes) }

  /// Signs a move.
  public init(
    _ move: Move, by party: Party, after previous: Digest, number: UInt64, in disputeID: Digest,
    with key: borrowing Ed25519.SecretKey
  ) {
    self.disputeID = disputeID
    self.number = number
    self.previous = previous
    self.party = party
    self.move = move
    let body = Self.body(move, party, previous, number, disputeID)
    signature = key.sign((Self.domain + body).span)
    bytes = Self.whole(body, signature)
  }

  /// What is signed begins with a text that no other protocol signs, and a zero byte.
  private static let domain = Array("gensyn.ree.dispute.v1".utf8) + [0]

  private static func body(
    _ move: Move, _ party: Party, _ previous: Digest, _ number: UInt64, _ disputeID: Digest
  ) -> [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(5)
    writer.write(disputeID.array)
    writer.write(number)
    writer.write(previous.array)
    writer.write(party.rawValue)
    move.write(to: &writer)
    return writer.bytes
  }

  private static func whole(_ body: [UInt8], _ signature: Ed25519.Signature) -> [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(2)
    writer.write(body)
    writer.write(signature.bytes)
    return writer.bytes
  }

  public enum Malformed: Error, Hashable, Sendable {
    case tooLarge
    case form
    /// The signature is not that of the party's key.
    case signature
  }

  /// Reads a move. Whose keys the parties have the dispute's terms say.
  public init(bytes: [UInt8], _ terms: Terms) throws(Malformed) {
    guard bytes.count <= Move.byteCountMax else { throw .tooLarge }
    let body: [UInt8]
    do throws(MalformedForm) {
      var reader = CBORReader(bytes)
      try reader.expectArray(2)
      body = try reader.readByteString()
      guard let signature = Ed25519.Signature(try reader.readByteString()) else {
        throw .cbor(.unexpectedType)
      }
      self.signature = signature
      try reader.form { (reader) throws(CBORReader.Malformed) in try reader.finish() }
      var inner = CBORReader(body)
      try inner.expectArray(5)
      disputeID = try inner.readDigest()
      number = try inner.readNumber()
      previous = try inner.readDigest()
      guard let party = Party(rawValue: try inner.readNumber()) else {
        throw .cbor(.unexpectedType)
      }
      self.party = party
      move = try Move(from: &inner)
      try inner.form { (reader) throws(CBORReader.Malformed) in try reader.finish() }
    } catch {
      throw .form
    }
    self.bytes = bytes
    guard terms.key(of: party).verifies(signature, of: (Self.domain + body).span) else {
      throw .signature
    }
  }
}
