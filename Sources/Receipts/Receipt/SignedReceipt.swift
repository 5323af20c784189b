public import Primitives
public import Sodium

/// A receipt with its prover's signature, and the one spelling that both have.
///
/// Whoever holds a value of this type has checked the signature: there is no other way to one.
public struct SignedReceipt: Hashable, Sendable {
  /// The largest receipt that is read.
  public static let byteCountMax = 64 << 10

  public let receipt: Receipt
  public let signature: Ed25519.Signature
  /// Deterministic CBOR of receipt and signature.
  public let bytes: [UInt8]

  /// BLAKE3 of ``bytes``: the receipt's name.
  public var hash: Digest { BLAKE3.hash(bytes) }

  /// Signs a receipt. The prover's key becomes that of `key`.
  ///
  /// - Throws: what makes the receipt contradict itself.
  public init(signing receipt: Receipt, with key: borrowing Ed25519.SecretKey) throws(ReceiptFault)
  {
    var receipt = receipt
    receipt.proverKey = key.publicKey
    try receipt.checkConsistency()
    signature = key.sign(receipt.signedMessage.span)
    self.receipt = receipt
    bytes = receipt.encoded(with: signature)
  }

  /// Reads a receipt and checks everything that needs nothing else: its form, that it does not
  /// contradict itself, and its signature.
  ///
  /// - Throws: the first thing that is wrong.
  public init(bytes: [UInt8]) throws(ReceiptFault) {
    guard bytes.count <= Self.byteCountMax else {
      throw ReceiptFault(.form, "it is larger than \(Self.byteCountMax) bytes")
    }
    (receipt, signature) = try Receipt.decode(bytes)
    try receipt.checkConsistency()
    guard receipt.proverKey.verifies(signature, of: receipt.signedMessage.span) else {
      throw ReceiptFault(.signature, "it is not the prover's over this receipt")
    }
    self.bytes = bytes
  }
}

extension Receipt {
  /// What the prover signs: a text that no other protocol signs, a zero byte, and the receipt.
  var signedMessage: [UInt8] {
    Array("gensyn.ree.receipt.v1".utf8) + [0] + encoded(with: nil)
  }
}
