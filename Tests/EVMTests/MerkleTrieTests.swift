import EVM
import Primitives
import Testing

@Suite
struct MerkleTrieTests {
  /// Keys that share beginnings, some the beginning of others, in no order.
  static let keys: [[UInt8]] = (0..<400).map { index in
    let hash = Keccak256.hash([UInt8(index & 0xFF), UInt8(index >> 8)]).array
    return Array(hash.prefix(1 + index % 4)) + (index % 3 == 0 ? [0, 0] : [])
  }

  @Test
  func `has the root of a trie built at once, after every change`() {
    var trie = MerkleTrie()
    var entries: [[UInt8]: [UInt8]] = [:]

    func expectSameRoot() {
      let expected = Trie.root(of: entries.map { (key: $0.key, value: $0.value) })
      #expect(trie.root == expected)
    }

    for (index, key) in Self.keys.enumerated() {
      trie.set(key, [UInt8](repeating: UInt8(index & 0xFF), count: 1 + index % 40))
      entries[key] = [UInt8](repeating: UInt8(index & 0xFF), count: 1 + index % 40)
      if index % 40 == 0 { expectSameRoot() }
    }
    for (index, key) in Self.keys.enumerated().reversed() {
      trie.remove(key)
      entries[key] = nil
      if index % 40 == 0 { expectSameRoot() }
    }
    #expect(trie.isEmpty)
    #expect(trie.root == Trie.emptyRoot)
  }

  @Test
  func `keeps a copy as it was`() {
    var trie = MerkleTrie()
    trie.set([1, 2], [3])
    let copy = trie
    let root = copy.root

    trie.set([1, 3], [4])
    trie.remove([1, 2])

    #expect(copy.root == root)
    #expect(copy[[1, 2]] == [3])
    #expect(trie[[1, 2]] == nil)
    #expect(trie[[1, 3]] == [4])
  }

  @Test
  func `proves what is there and what is not`() throws {
    var trie = MerkleTrie()
    for (index, key) in Self.keys.enumerated() {
      trie.set(key, [UInt8](repeating: 1, count: index % 50 + 1))
    }

    for key in Self.keys + [[], [0xFF], [1, 2, 3, 4, 5, 6, 7, 8]] {
      let proof = trie.proof(of: key)

      let value = try TrieProof.value(of: key, under: trie.root, proof: proof)
      #expect(value == trie[key])
      #expect(throws: TrieProof.Invalid.self) {
        try TrieProof.value(of: key, under: Digest(.one), proof: proof)
      }
      #expect(throws: TrieProof.Invalid.self) {
        try TrieProof.value(of: key, under: trie.root, proof: proof + [[0x80]])
      }
      #expect(throws: TrieProof.Invalid.self) {
        try TrieProof.value(of: key, under: trie.root, proof: proof.dropLast())
      }
    }
    #expect(try TrieProof.value(of: [1], under: Trie.emptyRoot, proof: []) == nil)
  }

  @Test
  func `refuses nodes of any other form`() {
    for hex in ["", "80", "c0", "c180", "c28080", "c3808080", "c22080", "c24080"] {
      let node = (try? Hex.decode(hex)) ?? []
      let root = Keccak256.hash(node)

      #expect(throws: TrieProof.Invalid.self) {
        let value = try TrieProof.value(of: [0xAB], under: root, proof: [node])
        // An empty path that ends in a leaf proves absence, which is an answer.
        if hex == "c22080", value == nil { throw TrieProof.Invalid.incomplete }
      }
    }
  }

  @Test
  func `walks up and down`() {
    var trie = MerkleTrie()
    for key in Self.keys { trie.set(key, [1]) }
    let sorted = Set(Self.keys).sorted { $0.lexicographicallyPrecedes($1) }

    var upwards: [[UInt8]] = []
    var position: [UInt8] = []
    while let entry = trie.entry(after: position) {
      upwards.append(entry.key)
      position = entry.key
    }
    var downwards: [[UInt8]] = []
    position = [UInt8](repeating: 0xFF, count: 9)
    while let entry = trie.entry(before: position) {
      downwards.append(entry.key)
      position = entry.key
    }

    #expect(upwards == sorted)
    #expect(downwards == sorted.reversed())
  }
}
