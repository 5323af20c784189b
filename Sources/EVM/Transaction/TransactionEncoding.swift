public import Primitives

extension Transaction {
  /// As blocks and networks carry it: RLP, after the type's byte unless it is a legacy one.
  public var encoded: [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      encodeFields(to: &list)
      list.append(v)
      list.append(signature.r)
      list.append(signature.s)
    }
    return kind == .legacy ? encoder.bytes : [kind.rawValue] + encoder.bytes
  }

  /// What the sender signs.
  public var signingHash: Digest { Keccak256.hash(signingPayload) }

  /// What the sender signs the hash of.
  public var signingPayload: [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      encodeFields(to: &list)
      if kind == .legacy, let chainID {
        list.append(chainID)
        list.append(UInt64(0))
        list.append(UInt64(0))
      }
    }
    return kind == .legacy ? encoder.bytes : [kind.rawValue] + encoder.bytes
  }

  private var v: UInt64 {
    let parity: UInt64 = signature.isOdd ? 1 : 0
    guard kind == .legacy else { return parity }
    guard let chainID else { return 27 + parity }
    return chainID &* 2 &+ 35 &+ parity
  }

  private func encodeFields(to list: inout RLP.Encoder) {
    if kind != .legacy { list.append(chainID ?? 0) }
    list.append(nonce)
    if kind.rawValue >= Kind.dynamicFee.rawValue { list.append(maxPriorityFeePerGas) }
    list.append(maxFeePerGas)
    list.append(gasLimit)
    list.append(to)
    list.append(value)
    list.append(data)
    guard kind != .legacy else { return }
    encodeAccessList(to: &list)
    if kind == .blob {
      list.append(maxFeePerBlobGas)
      list.list { hashes in
        for hash in blobHashes { hashes.append(hash) }
      }
    }
    if kind == .setCode {
      list.list { items in
        for authorization in authorizations { authorization.encode(to: &items) }
      }
    }
  }

  private func encodeAccessList(to list: inout RLP.Encoder) {
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
  }
}

extension Authorization {
  fileprivate func encode(to list: inout RLP.Encoder) {
    list.list { item in
      item.append(chainID)
      item.append(address)
      item.append(nonce)
      item.append(UInt64(parity))
      item.append(r)
      item.append(s)
    }
  }
}
