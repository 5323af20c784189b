internal import Primitives

/// The root of a Merkle Patricia trie (Yellow Paper, appendix D), from its entries in ascending order
/// of keys.
///
/// Only the branches on the path of the latest key are open: memory grows with the length of keys, not
/// with their number.
struct TrieBuilder {
  /// A branch that may get more children. They come in ascending order, so that its payload grows at
  /// the end.
  private struct Branch {
    /// The number of nibbles above it.
    let depth: Int
    var payload: [UInt8] = []
    var nextChild = 0
    var value: [UInt8] = []

    mutating func append(_ reference: [UInt8], at nibble: UInt8) {
      skip(to: Int(nibble))
      payload += reference
      nextChild += 1
    }

    mutating func skip(to nibble: Int) {
      while nextChild < nibble {
        payload.append(0x80)
        nextChild += 1
      }
    }
  }

  private var open: [Branch] = []
  /// The latest key, whose leaf waits for the next key to tell its depth.
  private var key: [UInt8] = []
  private var value: [UInt8] = []
  private var isEmpty = true

  /// Adds an entry, the key of which is larger than all before and the value of which is not empty.
  mutating func append(key bytes: [UInt8], value next: [UInt8]) {
    var nibbles: [UInt8] = []
    nibbles.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      nibbles.append(byte >> 4)
      nibbles.append(byte & 15)
    }
    if !isEmpty {
      var shared = 0
      while shared < key.count && shared < nibbles.count && key[shared] == nibbles[shared] {
        shared += 1
      }
      precondition(shared < nibbles.count, "keys ascend")
      close(to: shared)
    }
    isEmpty = false
    key = nibbles
    value = next
  }

  /// Hangs the latest leaf where it belongs, given that the next key shares `shared` nibbles with it,
  /// and closes the branches below.
  private mutating func close(to shared: Int) {
    if shared == key.count {
      // The latest key is the beginning of the next one: its value sits in a branch.
      var branch = Branch(depth: shared)
      branch.value = value
      open.append(branch)
      return
    }
    if (open.last?.depth ?? -1) < shared {
      open.append(Branch(depth: shared))
    }
    hangLeaf()
    while let branch = open.last, branch.depth > shared {
      open.removeLast()
      let parent = max(open.last?.depth ?? -1, shared)
      if (open.last?.depth ?? -1) < parent {
        open.append(Branch(depth: parent))
      }
      let node = extended(encode(branch), path: key[(parent + 1)..<branch.depth])
      open[open.count - 1].append(Self.reference(to: node), at: key[parent])
    }
  }

  private mutating func hangLeaf() {
    let last = open.count - 1
    let depth = open[last].depth
    let leaf = Self.pair(path: key[(depth + 1)...], isLeaf: true, value: value)
    open[last].append(Self.reference(to: leaf), at: key[depth])
  }

  /// The root of everything so far. Nothing can be added afterwards.
  mutating func root() -> Digest {
    guard !isEmpty else { return Trie.emptyRoot }
    guard !open.isEmpty else {
      return Keccak256.hash(Self.pair(path: key[...], isLeaf: true, value: value))
    }
    hangLeaf()
    while true {
      let branch = open.removeLast()
      let node = encode(branch)
      guard let parent = open.last?.depth else {
        return Keccak256.hash(extended(node, path: key[..<branch.depth]))
      }
      let child = extended(node, path: key[(parent + 1)..<branch.depth])
      open[open.count - 1].append(Self.reference(to: child), at: key[parent])
    }
  }

  private func encode(_ branch: Branch) -> [UInt8] {
    var branch = branch
    branch.skip(to: 16)
    var encoder = RLP.Encoder()
    encoder.list { list in
      list.appendEncoded(branch.payload)
      list.append(branch.value)
    }
    return encoder.bytes
  }

  /// The node itself, or an extension in front of it.
  private func extended(_ node: [UInt8], path: ArraySlice<UInt8>) -> [UInt8] {
    guard !path.isEmpty else { return node }
    var encoder = RLP.Encoder()
    encoder.list { list in
      list.append(Self.compact(path, isLeaf: false))
      list.appendEncoded(Self.reference(to: node))
    }
    return encoder.bytes
  }

  private static func pair(path: ArraySlice<UInt8>, isLeaf: Bool, value: [UInt8]) -> [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      list.append(compact(path, isLeaf: isLeaf))
      list.append(value)
    }
    return encoder.bytes
  }

  /// A node of less than 32 bytes stands for itself, a larger one is named by its hash.
  static func reference(to node: [UInt8]) -> [UInt8] {
    guard node.count >= 32 else { return node }
    return [0xA0] + Keccak256.hash(node).array
  }

  /// The hex-prefix encoding of a path (Yellow Paper, appendix C).
  static func compact(_ path: ArraySlice<UInt8>, isLeaf: Bool) -> [UInt8] {
    let flag: UInt8 = isLeaf ? 2 : 0
    var bytes: [UInt8] = []
    var rest = path
    if path.count.isMultiple(of: 2) {
      bytes.append(flag << 4)
    } else {
      bytes.append((flag | 1) << 4 | rest.removeFirst())
    }
    var index = rest.startIndex
    while index < rest.endIndex {
      bytes.append(rest[index] << 4 | rest[index + 1])
      index += 2
    }
    return bytes
  }
}
