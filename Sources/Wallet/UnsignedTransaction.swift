public import Primitives

/// A transaction that only lacks its signature: types 0, 1, 2 and 4.
public struct UnsignedTransaction: Hashable, Sendable {
  /// What pays for the gas, and so which type it is.
  public enum Fees: Hashable, Sendable {
    /// Type 0, bound to a chain (EIP-155). Wei a gas.
    case legacy(gasPrice: U256)
    /// Type 1 (EIP-2930). Wei a gas.
    case accessList(gasPrice: U256)
    /// Types 2 (EIP-1559) and, with authorizations, 4 (EIP-7702). Wei a gas.
    case dynamic(maxFee: U256, maxPriorityFee: U256)
  }

  public struct AccessListEntry: Hashable, Sendable {
    public var address: Address
    public var slots: [U256]

    public init(address: Address, slots: [U256] = []) {
      self.address = address
      self.slots = slots
    }
  }

  public var chainID: UInt64
  public var nonce: UInt64
  public var fees: Fees
  public var gasLimit: UInt64
  /// Nil for a creation.
  public var to: Address?
  /// Wei.
  public var value: U256
  public var data: [UInt8]
  public var accessList: [AccessListEntry]
  /// Code for accounts: any makes it type 4.
  public var authorizations: [SignedAuthorization]

  public init(
    chainID: UInt64, nonce: UInt64, fees: Fees, gasLimit: UInt64, to: Address?,
    value: U256 = .zero, data: [UInt8] = [], accessList: [AccessListEntry] = [],
    authorizations: [SignedAuthorization] = []
  ) {
    self.chainID = chainID
    self.nonce = nonce
    self.fees = fees
    self.gasLimit = gasLimit
    self.to = to
    self.value = value
    self.data = data
    self.accessList = accessList
    self.authorizations = authorizations
  }

  /// A transaction ready to be sent.
  public struct Signed: Hashable, Sendable {
    /// The type's byte, unless it is 0, and RLP.
    public let bytes: [UInt8]
    /// What names it.
    public var hash: Digest { Keccak256.hash(bytes) }
  }

  /// The first byte of its encoding; nil for type 0, which has none.
  public var type: UInt8? {
    switch fees {
    case .legacy: nil
    case .accessList: 1
    case .dynamic: authorizations.isEmpty ? 2 : 4
    }
  }

  /// What the sender signs the Keccak-256 of.
  public var signingPayload: [UInt8] {
    encoded { list in
      guard type == nil else { return }
      list.append(chainID)
      list.append(UInt64(0))
      list.append(UInt64(0))
    }
  }

  public func signed(by key: borrowing AccountKey) -> Signed {
    let signature = key.sign(hash: Keccak256.hash(signingPayload))
    let parity = U256(signature.isOdd)
    // EIP-155: v carries the chain's number.
    let v =
      type == nil ? (U256(chainID).multiplied(by: 2) ?? .zero) &+ U256(35) &+ parity : parity
    return Signed(
      bytes: encoded { list in
        list.append(v)
        list.append(signature.r)
        list.append(signature.s)
      })
  }

  private func encoded(_ appendSignature: (inout RLP.Encoder) -> Void) -> [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      appendFields(to: &list)
      appendSignature(&list)
    }
    return (type.map { [$0] } ?? []) + encoder.bytes
  }

  private func appendFields(to list: inout RLP.Encoder) {
    if type != nil { list.append(chainID) }
    list.append(nonce)
    switch fees {
    case .legacy(let gasPrice), .accessList(let gasPrice): list.append(gasPrice)
    case .dynamic(let maxFee, let maxPriorityFee):
      list.append(maxPriorityFee)
      list.append(maxFee)
    }
    list.append(gasLimit)
    list.append(to)
    list.append(value)
    list.append(data)
    guard let type else { return }
    list.list { entries in
      for entry in accessList {
        entries.list { pair in
          pair.append(entry.address)
          pair.list { slots in
            for slot in entry.slots { slots.append(slot.bytes) }
          }
        }
      }
    }
    guard type == 4 else { return }
    list.list { items in
      for authorization in authorizations { authorization.append(to: &items) }
    }
  }
}
