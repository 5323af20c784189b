public import Primitives

/// Leave of an account to run another account's code (EIP-7702).
public struct SignedAuthorization: Hashable, Sendable {
  private static let magic: UInt8 = 0x05

  /// Zero for any chain.
  public let chainID: U256
  /// Whose code; zero takes the leave back.
  public let address: Address
  /// The authority's nonce when it takes effect. Where the authority sends the transaction itself,
  /// one more than the transaction's.
  public let nonce: UInt64
  public let signature: AccountSignature

  public init(
    chainID: U256, address: Address, nonce: UInt64, signedBy key: borrowing AccountKey
  ) {
    self.chainID = chainID
    self.address = address
    self.nonce = nonce
    signature = key.sign(hash: Self.hash(chainID, address, nonce))
  }

  /// keccak(0x05 ‖ rlp([chain id, address, nonce])).
  private static func hash(_ chainID: U256, _ address: Address, _ nonce: UInt64) -> Digest {
    var encoder = RLP.Encoder()
    encoder.list { list in
      list.append(chainID)
      list.append(address)
      list.append(nonce)
    }
    return Keccak256.hash([magic] + encoder.bytes)
  }

  func append(to list: inout RLP.Encoder) {
    list.list { item in
      item.append(chainID)
      item.append(address)
      item.append(nonce)
      item.append(UInt64(signature.isOdd ? 1 : 0))
      item.append(signature.r)
      item.append(signature.s)
    }
  }
}
