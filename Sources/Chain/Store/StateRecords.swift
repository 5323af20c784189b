internal import EVM
internal import Primitives

/// What the store keeps of accounts, slots and nodes. An empty record says that there is none any more.
enum StateRecords {
  // MARK: Accounts

  static func account(_ account: Account, storageRoot: Digest) -> [UInt8] {
    let hasCode = account.codeHash != Account.emptyCodeHash
    let hasStorage = storageRoot != Trie.emptyRoot
    let balance = account.balance.minimalBytes
    var bytes: [UInt8] = [(hasCode ? 1 : 0) | (hasStorage ? 2 : 0), UInt8(balance.count)]
    Keys.append(account.nonce, to: &bytes)
    bytes += balance
    if hasCode { NodeEncoding.append(account.codeHash, to: &bytes) }
    if hasStorage { NodeEncoding.append(storageRoot, to: &bytes) }
    return bytes
  }

  static func account(_ bytes: [UInt8]) -> (Account, storageRoot: Digest)? {
    guard bytes.count >= 10 else { return nil }
    let width = Int(bytes[1])
    var position = 10
    guard position + width <= bytes.count,
      let balance = U256(bigEndian: Array(bytes[position..<position + width]))
    else { return nil }
    position += width
    var account = Account(nonce: Keys.read(bytes, at: 2), balance: balance)
    var storageRoot = Trie.emptyRoot
    if bytes[0] & 1 != 0 {
      guard let hash = digest(bytes, &position) else { return nil }
      account.codeHash = hash
    }
    if bytes[0] & 2 != 0 {
      guard let root = digest(bytes, &position) else { return nil }
      storageRoot = root
    }
    return position == bytes.count ? (account, storageRoot) : nil
  }

  private static func digest(_ bytes: [UInt8], _ position: inout Int) -> Digest? {
    guard position + Digest.byteCount <= bytes.count else { return nil }
    defer { position += Digest.byteCount }
    return try? Digest(Array(bytes[position..<position + Digest.byteCount]))
  }

  // MARK: Nodes

  private static let branchTag: UInt8 = 0
  private static let extensionTag: UInt8 = 1

  /// Nil for leaves, which the accounts' and slots' own tables hold.
  static func node(_ node: StateNode) -> [UInt8]? {
    switch node.content {
    case .leaf, .stub: return nil
    case .extension(let path, let child):
      var bytes = [extensionTag, UInt8(path.count)] + path
      append(child.reference, to: &bytes)
      return bytes
    case .branch(let children):
      var used: UInt16 = 0
      var leaves: UInt16 = 0
      var payload: [UInt8] = []
      payload.reserveCapacity(540)
      for (index, child) in children.enumerated() {
        guard let child else { continue }
        used |= 1 << UInt16(index)
        if child.isLeaf { leaves |= 1 << UInt16(index) }
        append(child.reference, to: &payload)
      }
      return [
        branchTag, UInt8(used >> 8), UInt8(used & 0xFF), UInt8(leaves >> 8), UInt8(leaves & 0xFF),
      ] + payload
    }
  }

  /// A hash after a byte of 32, or an embedded node after its length.
  private static func append(_ reference: StateNode.Reference?, to bytes: inout [UInt8]) {
    switch reference {
    case .hash(let hash):
      bytes.append(32)
      NodeEncoding.append(hash, to: &bytes)
    case .embedded(let node):
      bytes.append(UInt8(node.count))
      bytes += node
    case nil: preconditionFailure("nodes are sealed before they are stored")
    }
  }

  /// The node of a record; nil where the bytes are none. Its children are stubs.
  static func node(_ bytes: [UInt8], depth: Int) -> StateNode? {
    guard bytes.count >= 5 else { return nil }
    if bytes[0] == extensionTag {
      let count = Int(bytes[1])
      var position = 2 + count
      guard count > 0, depth + count < 64, position < bytes.count,
        let child = reference(bytes, &position), position == bytes.count
      else { return nil }
      return sealed(
        .extension(
          path: Array(bytes[2..<2 + count]),
          child: .stub(child, isLeaf: false, depth: depth + count)), depth: depth)
    }
    guard bytes[0] == branchTag else { return nil }
    let used = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
    let leaves = UInt16(bytes[3]) << 8 | UInt16(bytes[4])
    var children = [StateNode?](repeating: nil, count: 16)
    var position = 5
    for index in 0..<16 where used >> UInt16(index) & 1 == 1 {
      guard let reference = reference(bytes, &position) else { return nil }
      children[index] = .stub(
        reference, isLeaf: leaves >> UInt16(index) & 1 == 1, depth: depth + 1)
    }
    return position == bytes.count ? sealed(.branch(children), depth: depth) : nil
  }

  private static func sealed(_ content: StateNode.Content, depth: Int) -> StateNode {
    let node = StateNode(content, depth: depth, isStored: true)
    node.seal()
    return node
  }

  private static func reference(
    _ bytes: [UInt8], _ position: inout Int
  ) -> StateNode.Reference? {
    guard position < bytes.count else { return nil }
    let count = Int(bytes[position])
    position += 1
    guard count <= 32, position + count <= bytes.count else { return nil }
    if count == 32 { return digest(bytes, &position).map { .hash($0) } }
    defer { position += count }
    return .embedded(Array(bytes[position..<position + count]))
  }
}

extension StateNode {
  var isLeaf: Bool {
    switch content {
    case .leaf, .stub(isLeaf: true): true
    default: false
    }
  }
}
