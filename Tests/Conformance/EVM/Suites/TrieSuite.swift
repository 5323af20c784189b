internal import EVM
internal import Primitives

/// TrieTests of `ethereum/tests`: the root after entries were put in and taken out.
public enum TrieSuite {
  public static func run(_ json: JSON, file: String) -> [Verdict] {
    json.members.map { name, test in
      let isSecure = file.lowercased().contains("secure")
      return Verdict(name: "\(file)/\(name)", failure: failure(test, isSecure: isSecure))
    }
  }

  private static func failure(_ test: JSON, isSecure: Bool) -> String? {
    do {
      let input = try test.required("in")
      if let steps = test["tests"] { return try walk(input, steps) }
      let expected = try test.required("root").digest()
      var entries: [[UInt8]: [UInt8]] = [:]
      for (key, value) in try pairs(input) { entries[key] = value }
      let list = entries.map { (key: $0.key, value: $0.value) }
      let root = isSecure ? Trie.secureRoot(of: list) : Trie.root(of: list)
      if root != expected { return "root \(root), expected \(expected)" }
      var trie = MerkleTrie()
      for (key, value) in try pairs(input) {
        trie.set(isSecure ? Keccak256.hash(key).array : key, value ?? [])
      }
      return trie.root == expected ? nil : "root of nodes \(trie.root), expected \(expected)"
    } catch {
      return "\(error)"
    }
  }

  /// Each step has a key, the one before it and the one after it; empty for none.
  private static func walk(_ input: JSON, _ steps: JSON) throws -> String? {
    var trie = MerkleTrie()
    for key in input.elements.compactMap(\.text) { trie.set(Array(key.utf8), [1]) }
    for step in steps.elements {
      let names = step.elements.compactMap(\.text).map { Array($0.utf8) }
      guard names.count == 3 else { throw UnreadableData("no step") }
      let before = trie.entry(before: names[0])?.key ?? []
      let after = trie.entry(after: names[0])?.key ?? []
      if before != names[1] || after != names[2] { return "around \(names[0])" }
    }
    return nil
  }

  private static func pairs(_ input: JSON) throws -> [([UInt8], [UInt8]?)] {
    switch input {
    case .object(let members):
      try members.map { (try bytes($0.key), try $0.value.text.map(bytes)) }
    case .array(let elements):
      try elements.map { element in
        guard let key = element.elements.first?.text, let value = element.elements.last else {
          throw UnreadableData("no pair")
        }
        return (try bytes(key), try value.text.map(bytes))
      }
    default: throw UnreadableData("no entries")
    }
  }

  private static func bytes(_ text: String) throws -> [UInt8] {
    text.hasPrefix("0x") ? try Hex.decode(text) : Array(text.utf8)
  }
}
