internal import EVM
internal import Primitives

/// The bytes of trie nodes, written without detours: a block's root hashes thousands of them.
enum NodeEncoding {
  static func append(_ reference: StateNode.Reference?, to bytes: inout [UInt8]) {
    switch reference {
    case .hash(let hash):
      bytes.append(0xA0)
      append(hash, to: &bytes)
    case .embedded(let node): bytes += node
    case nil: preconditionFailure("children are sealed before their parents")
    }
  }

  static func append(_ digest: Digest, to bytes: inout [UInt8]) {
    unsafe digest.bytes.span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  static func list(_ payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count + 3)
    appendHeader(0xC0, payload.count, to: &bytes)
    bytes += payload
    return bytes
  }

  static func pair(path: [UInt8], payload: [UInt8]) -> [UInt8] {
    var encodedPayload: [UInt8] = []
    encodedPayload.reserveCapacity(payload.count + 2)
    appendString(payload, to: &encodedPayload)
    return pair(path: path, encodedPayload: encodedPayload)
  }

  static func pair(path: [UInt8], encodedPayload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(path.count + encodedPayload.count + 4)
    let pathSize = path.count == 1 && path[0] < 0x80 ? 1 : path.count + 1
    appendHeader(0xC0, pathSize + encodedPayload.count, to: &bytes)
    appendString(path, to: &bytes)
    bytes += encodedPayload
    return bytes
  }

  static func appendString(_ string: [UInt8], to bytes: inout [UInt8]) {
    if string.count == 1 && string[0] < 0x80 {
      bytes.append(string[0])
      return
    }
    appendHeader(0x80, string.count, to: &bytes)
    bytes += string
  }

  private static func appendHeader(_ kind: UInt8, _ count: Int, to bytes: inout [UInt8]) {
    if count < 56 {
      bytes.append(kind + UInt8(truncatingIfNeeded: count))
    } else if count < 256 {
      bytes.append(kind + 56)
      bytes.append(UInt8(truncatingIfNeeded: count))
    } else {
      // A branch of sixteen embedded nodes has less than 64 KiB, as has every value here.
      bytes.append(kind + 57)
      bytes.append(UInt8(truncatingIfNeeded: count >> 8))
      bytes.append(UInt8(truncatingIfNeeded: count))
    }
  }

  static func value(_ leaf: StateNode.Leaf) -> [UInt8] {
    switch leaf {
    case .account(let account, let storage):
      return Self.account(account, storageRoot: storage?.rootHash ?? Trie.emptyRoot)
    case .slot(let value): return slot(value)
    }
  }

  static func account(_ account: Account, storageRoot: Digest) -> [UInt8] {
    var payload: [UInt8] = []
    payload.reserveCapacity(112)
    appendNumber(U256(account.nonce), to: &payload)
    appendNumber(account.balance, to: &payload)
    payload.append(0xA0)
    append(storageRoot, to: &payload)
    payload.append(0xA0)
    append(account.codeHash, to: &payload)
    return list(payload)
  }

  static func slot(_ value: U256) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(33)
    appendNumber(value, to: &bytes)
    return bytes
  }

  private static func appendNumber(_ number: U256, to bytes: inout [UInt8]) {
    let width = number.byteWidth
    if width == 0 {
      bytes.append(0x80)
      return
    }
    if width > 1 || number.w0 >= 0x80 { bytes.append(0x80 + UInt8(truncatingIfNeeded: width)) }
    for index in (0..<width).reversed() {
      let limb =
        switch index >> 3 {
        case 0: number.w0
        case 1: number.w1
        case 2: number.w2
        default: number.w3
        }
      bytes.append(UInt8(truncatingIfNeeded: limb >> UInt64((index & 7) * 8)))
    }
  }

  /// A leaf's path in hex-prefix form (Yellow Paper, appendix C): the nibbles of a key from `start` on.
  static func compact(_ key: Digest, from start: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(33)
    var index = start
    if start & 1 == 1 {
      bytes.append(0x30 | UInt8(truncatingIfNeeded: key.nibble(start)))
      index += 1
    } else {
      bytes.append(0x20)
    }
    var byte = index >> 1
    while byte < 32 {
      bytes.append(key.bytes[byte])
      byte += 1
    }
    return bytes
  }

  /// An extension's path in hex-prefix form.
  static func compact(_ path: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = 0
    if path.count & 1 == 1 {
      bytes.append(0x10 | path[0])
      index = 1
    } else {
      bytes.append(0)
    }
    while index + 1 < path.count {
      bytes.append(path[index] << 4 | path[index + 1])
      index += 2
    }
    return bytes
  }
}
