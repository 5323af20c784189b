internal import EVM
internal import Primitives
internal import Synchronization

/// A node of the state's trie, or of a contract's: never changed once it is sealed, so that the states
/// after many blocks share what they have in common and every thread reads them without a lock.
///
/// What the store has may be left out of memory: a stub stands for it.
final class StateNode: @unchecked Sendable {
  // Unchecked: who makes a node seals it before anybody else sees it.

  enum Content {
    /// A node that the store has.
    case stub(isLeaf: Bool)
    case leaf(key: Digest, Leaf)
    /// Nibbles that everything below has in common.
    case `extension`(path: [UInt8], child: StateNode)
    /// Sixteen children. No value sits here, since all keys are equally long.
    case branch([StateNode?])
  }

  enum Leaf {
    case account(Account, storage: StateNode?)
    case slot(U256)
  }

  /// What stands for a node in its parent: its hash, or itself when it has less than 32 bytes.
  enum Reference {
    case hash(Digest)
    case embedded([UInt8])
  }

  let content: Content
  /// The number of nibbles above the node.
  let depth: Int
  private(set) var reference: Reference?
  /// Whether the store has it, and with it everything below.
  let isStored: Atomic<Bool>

  init(_ content: Content, depth: Int, reference: Reference? = nil, isStored: Bool = false) {
    self.content = content
    self.depth = depth
    self.reference = reference
    self.isStored = Atomic(isStored)
  }

  static func stub(_ reference: Reference, isLeaf: Bool, depth: Int) -> StateNode {
    StateNode(.stub(isLeaf: isLeaf), depth: depth, reference: reference, isStored: true)
  }

  /// The stub of a whole trie; nil for an empty one.
  static func root(_ hash: Digest) -> StateNode? {
    hash == Trie.emptyRoot ? nil : .stub(.hash(hash), isLeaf: false, depth: 0)
  }

  /// Computes the references of this node and of everything below that has none.
  func seal() {
    guard reference == nil else { return }
    switch content {
    case .stub: return
    case .leaf(_, .account(_, let storage)): storage?.seal()
    case .leaf: break
    case .extension(_, let child): child.seal()
    case .branch(let children):
      for child in children { child?.seal() }
    }
    let bytes = encoded
    reference = bytes.count < 32 ? .embedded(bytes) : .hash(Keccak256.hash(bytes))
  }

  /// The node with stubs for what the store has of it, but for the levels above `levels`.
  func collapsed(below levels: Int) -> StateNode {
    guard let reference, isStored.load(ordering: .relaxed) else { return self }
    guard case .branch(let children) = content, depth < levels else {
      return .stub(reference, isLeaf: isLeaf, depth: depth)
    }
    return StateNode(
      .branch(children.map { $0?.collapsed(below: levels) }), depth: depth, reference: reference,
      isStored: true)
  }

  /// The hash that names the trie whose root this is.
  var rootHash: Digest {
    switch reference {
    case .hash(let hash): hash
    case .embedded(let bytes): Keccak256.hash(bytes)
    case nil: Keccak256.hash(encoded)
    }
  }

  /// RLP as the Yellow Paper has it (appendix D). A stub has none.
  var encoded: [UInt8] {
    switch content {
    case .stub: return []
    case .leaf(let key, let leaf):
      return NodeEncoding.pair(
        path: NodeEncoding.compact(key, from: depth), payload: NodeEncoding.value(leaf))
    case .extension(let path, let child):
      var payload: [UInt8] = []
      NodeEncoding.append(child.reference, to: &payload)
      return NodeEncoding.pair(path: NodeEncoding.compact(path), encodedPayload: payload)
    case .branch(let children):
      var payload: [UInt8] = []
      payload.reserveCapacity(536)
      for child in children {
        if let child {
          NodeEncoding.append(child.reference, to: &payload)
        } else {
          payload.append(0x80)
        }
      }
      payload.append(0x80)
      return NodeEncoding.list(payload)
    }
  }
}

extension Digest {
  /// The nibble at an index from 0 to 63.
  @inline(__always)
  func nibble(_ index: Int) -> Int {
    let byte = bytes[index >> 1]
    return Int(index & 1 == 0 ? byte >> 4 : byte & 15)
  }

  /// The first index from `start` on where two keys differ; 64 where none is.
  func firstDifference(_ other: Digest, from start: Int) -> Int {
    var index = start
    while index < 64, nibble(index) == other.nibble(index) { index += 1 }
    return index
  }

  /// The key with another nibble at an index.
  func replacing(nibble value: Int, at index: Int) -> Digest {
    var copy = bytes
    let byte = copy[index >> 1]
    let nibble = UInt8(truncatingIfNeeded: value & 15)
    copy[index >> 1] = index & 1 == 0 ? byte & 0x0F | nibble << 4 : byte & 0xF0 | nibble
    return Digest(copy)
  }
}
