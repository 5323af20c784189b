public import Primitives
internal import Secp256k1

extension Transaction {
  /// Who signed it; nil where the signature fits no key. Costs some 40 microseconds: ask once.
  public func sender() -> Address? {
    signature.signer(of: signingHash)
  }
}

extension Authorization {
  /// Who gives leave; nil where the signature is not one that EIP-7702 takes.
  public func authority() -> Address? {
    guard parity <= 1, s <= Transaction.curveOrderHalf else { return nil }
    return Transaction.Signature(isOdd: parity == 1, r: r, s: s).signer(of: signingHash)
  }
}

extension Transaction.Signature {
  /// The address of the key that signed a hash.
  public func signer(of hash: Digest) -> Address? {
    do {
      let signature = try Secp256k1.Signature(r.bytes + s.bytes, recoveryID: isOdd ? 1 : 0)
      let key = try signature.recover(digest: hash.bytes.span)
      return Address(truncating: Keccak256.hash(key.coordinates.span).word)
    } catch {
      return nil
    }
  }
}
