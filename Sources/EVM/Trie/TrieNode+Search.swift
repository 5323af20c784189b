extension TrieNode {
  /// Calls `visit` with each node from here towards a path, and returns the value there.
  func walk(_ path: ArraySlice<UInt8>, _ visit: (TrieNode) -> Void) -> [UInt8]? {
    visit(self)
    switch content {
    case .leaf(let own, let value): return own == path ? value : nil
    case .extension(let own, let child):
      guard path.starts(with: own) else { return nil }
      return child.walk(path.dropFirst(own.count), visit)
    case .branch(let children, let value):
      guard let nibble = path.first else { return value.isEmpty ? nil : value }
      return children[Int(nibble)]?.walk(path.dropFirst(), visit)
    }
  }

  /// A value, and its path from the node that was asked.
  struct Entry {
    let path: ArraySlice<UInt8>
    let value: [UInt8]

    func below(_ prefix: ArraySlice<UInt8>) -> Entry {
      Entry(path: prefix + path, value: value)
    }
  }

  /// The first entry whose path comes after `bound`; the very first one without a bound.
  func first(after bound: ArraySlice<UInt8>?) -> Entry? {
    switch content {
    case .leaf(let path, let value):
      if let bound, !bound.lexicographicallyPrecedes(path) { return nil }
      return Entry(path: path, value: value)
    case .extension(let path, let child):
      guard let bound else { return child.first(after: nil)?.below(path) }
      if bound.starts(with: path) {
        return child.first(after: bound.dropFirst(path.count))?.below(path)
      }
      return bound.lexicographicallyPrecedes(path) ? child.first(after: nil)?.below(path) : nil
    case .branch(let children, let value):
      if bound == nil && !value.isEmpty { return Entry(path: [], value: value) }
      let start = bound?.first.map(Int.init)
      if let bound, let start, let found = children[start]?.first(after: bound.dropFirst()) {
        return found.below([UInt8(start)])
      }
      for index in (start.map { $0 + 1 } ?? 0)..<16 {
        if let found = children[index]?.first(after: nil) { return found.below([UInt8(index)]) }
      }
      return nil
    }
  }

  /// The last entry whose path comes before `bound`; the very last one without a bound.
  func last(before bound: ArraySlice<UInt8>?) -> Entry? {
    switch content {
    case .leaf(let path, let value):
      if let bound, !path.lexicographicallyPrecedes(bound) { return nil }
      return Entry(path: path, value: value)
    case .extension(let path, let child):
      guard let bound else { return child.last(before: nil)?.below(path) }
      if bound.starts(with: path) {
        return child.last(before: bound.dropFirst(path.count))?.below(path)
      }
      return path.lexicographicallyPrecedes(bound) ? child.last(before: nil)?.below(path) : nil
    case .branch(let children, let value):
      guard bound?.isEmpty != true else { return nil }
      let start = bound?.first.map(Int.init)
      if let bound, let start, let found = children[start]?.last(before: bound.dropFirst()) {
        return found.below([UInt8(start)])
      }
      for index in (0..<(start ?? 16)).reversed() {
        if let found = children[index]?.last(before: nil) { return found.below([UInt8(index)]) }
      }
      return value.isEmpty ? nil : Entry(path: [], value: value)
    }
  }
}
