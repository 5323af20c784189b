import EVM
import Primitives
import Testing

@Suite
struct TrieTests {
  static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test
  func `has the published root when empty`() throws {
    let expected = try Digest(
      hex: "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")

    #expect(Trie.root(of: []) == expected)
    #expect(Trie.emptyRoot == expected)
  }

  /// `puppy` and `dogs` of ethereum/tests: a key that is the beginning of another, short nodes that
  /// stand inside their parents.
  @Test
  func `has the published roots of small tries`() throws {
    let puppy = [("do", "verb"), ("horse", "stallion"), ("doge", "coin"), ("dog", "puppy")]
    let dogs = [("doe", "reindeer"), ("dog", "puppy"), ("dogglesworth", "cat")]

    let roots = [puppy, dogs].map { pairs in
      Trie.root(of: pairs.map { (Self.bytes($0.0), Self.bytes($0.1)) })
    }

    #expect(
      roots == [
        try Digest(hex: "5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84"),
        try Digest(hex: "8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3"),
      ])
  }

  @Test
  func `does not care for the order of entries`() {
    let entries = (0..<300).map {
      (key: U256(UInt64($0 * 7919)).bytes, value: [UInt8($0 & 0xFF), 1])
    }

    #expect(Trie.root(of: entries) == Trie.root(of: entries.reversed()))
    #expect(Trie.root(of: entries) != Trie.root(of: entries.dropLast()))
  }

  /// The root over an account that the state of ethereum/tests names, made by hand: one leaf.
  @Test
  func `hashes a single leaf`() {
    let key = [UInt8](repeating: 0xAB, count: 32)
    var leaf = RLP.Encoder()
    leaf.list { list in
      list.append([0x20] + key)
      list.append([1])
    }

    #expect(Trie.root(of: [(key, [1])]) == Keccak256.hash(leaf.bytes))
  }
}
