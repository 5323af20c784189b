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
      if test["tests"] != nil { return "walking a trie by keys is not there" }
      let expected = try test.required("root").digest()
      var entries: [[UInt8]: [UInt8]] = [:]
      for (key, value) in try pairs(input) { entries[key] = value }
      let list = entries.map { (key: $0.key, value: $0.value) }
      let root = isSecure ? Trie.secureRoot(of: list) : Trie.root(of: list)
      return root == expected ? nil : "root \(root), expected \(expected)"
    } catch {
      return "\(error)"
    }
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
