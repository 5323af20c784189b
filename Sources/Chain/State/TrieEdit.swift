internal import EVM
internal import Primitives

/// Changes a number of entries of one trie in one walk, which makes each node on their paths anew once.
struct TrieEdit {
  struct Update {
    let key: Digest
    /// Nil takes the entry out.
    let leaf: StateNode.Leaf?
  }

  private let source: any NodeSource
  private let owner: Digest?
  /// Places of inner nodes that are gone, unless a later change puts one there again.
  private(set) var removed: [(key: Digest, depth: Int)] = []
  /// Nodes that were made.
  private(set) var nodeCount = 0

  init(source: any NodeSource, owner: Digest?) {
    self.source = source
    self.owner = owner
  }

  /// The trie after `updates`, which are in ascending order of different keys.
  mutating func apply(
    _ updates: ArraySlice<Update>, to node: StateNode?, depth: Int
  ) throws(StateFailure) -> StateNode? {
    guard let first = updates.first else { return node }
    guard let node else { return build(updates.filter { $0.leaf != nil }[...], depth: depth) }
    switch node.content {
    case .stub:
      return try apply(
        updates, to: source.resolved(node, owner, first.key), depth: depth)
    case .leaf(let key, let leaf):
      return apply(updates, toLeaf: node, key, leaf, depth: depth)
    case .extension(let path, let child):
      return try apply(updates, toExtension: node, path, child, depth: depth)
    case .branch(let children):
      return try apply(updates, toBranch: node, children, depth: depth)
    }
  }

  private mutating func make(_ content: StateNode.Content, depth: Int) -> StateNode {
    nodeCount += 1
    return StateNode(content, depth: depth)
  }

  private mutating func apply(
    _ updates: ArraySlice<Update>, toLeaf node: StateNode, _ key: Digest, _ leaf: StateNode.Leaf,
    depth: Int
  ) -> StateNode? {
    var merged: [Update] = []
    merged.reserveCapacity(updates.count + 1)
    var isPlaced = false
    for update in updates {
      if !isPlaced && key <= update.key {
        if key < update.key { merged.append(Update(key: key, leaf: leaf)) }
        isPlaced = true
      }
      if update.leaf != nil { merged.append(update) }
    }
    if !isPlaced { merged.append(Update(key: key, leaf: leaf)) }
    return build(merged[...], depth: depth)
  }

  private mutating func apply(
    _ updates: ArraySlice<Update>, toExtension node: StateNode, _ path: [UInt8], _ child: StateNode,
    depth: Int
  ) throws(StateFailure) -> StateNode? {
    // Removing what is not there changes nothing, and must not split the path.
    let relevant = updates.filter {
      $0.leaf != nil || shared(path, with: $0.key, from: depth) == path.count
    }
    guard let first = relevant.first, let last = relevant.last else { return node }
    let count = min(
      shared(path, with: first.key, from: depth), shared(path, with: last.key, from: depth))
    if count == path.count {
      let changed = try apply(relevant[...], to: child, depth: depth + path.count)
      if changed === child { return node }
      guard let changed else {
        removed.append((first.key, depth))
        return nil
      }
      if case .leaf = changed.content { removed.append((first.key, depth)) }
      return try prefixed(changed, path[...], below: first.key, depth: depth)
    }
    // A new branch where the paths part. Between it and the old child there may be less path.
    var children = [StateNode?](repeating: nil, count: 16)
    let rest = path[(count + 1)...]
    children[Int(path[count])] =
      rest.isEmpty
      ? child : make(.extension(path: Array(rest), child: child), depth: depth + count + 1)
    let branch = make(.branch(children), depth: depth + count)
    guard
      let changed = try apply(
        relevant[...], toBranch: branch, children, depth: depth + count)
    else { return nil }
    return try prefixed(changed, path[..<count], below: first.key, depth: depth)
  }

  private func shared(_ path: [UInt8], with key: Digest, from depth: Int) -> Int {
    var count = 0
    while count < path.count, Int(path[count]) == key.nibble(depth + count) { count += 1 }
    return count
  }

  private mutating func apply(
    _ updates: ArraySlice<Update>, toBranch node: StateNode, _ children: [StateNode?], depth: Int
  ) throws(StateFailure) -> StateNode? {
    guard let first = updates.first else { return node }
    var changed = children
    var isChanged = false
    var start = updates.startIndex
    while start < updates.endIndex {
      let nibble = updates[start].key.nibble(depth)
      var end = start + 1
      while end < updates.endIndex, updates[end].key.nibble(depth) == nibble { end += 1 }
      let child = try apply(updates[start..<end], to: children[nibble], depth: depth + 1)
      if child !== children[nibble] {
        changed[nibble] = child
        isChanged = true
      }
      start = end
    }
    guard isChanged else { return node }
    let used = changed.indices.filter { changed[$0] != nil }
    if used.count > 1 { return make(.branch(changed), depth: depth) }
    removed.append((first.key, depth))
    guard let nibble = used.first, let child = changed[nibble] else { return nil }
    let key = first.key.replacing(nibble: nibble, at: depth)
    return try prefixed(child, [UInt8(nibble)], below: key, depth: depth)
  }

  /// A node with nibbles in front of everything below it. `key` begins with the path to it.
  private mutating func prefixed(
    _ node: StateNode, _ prefix: ArraySlice<UInt8>, below key: Digest, depth: Int
  ) throws(StateFailure) -> StateNode {
    guard !prefix.isEmpty else { return node }
    let node = try source.resolved(node, owner, key)
    switch node.content {
    case .leaf(let key, let leaf): return make(.leaf(key: key, leaf), depth: depth)
    case .extension(let path, let child):
      removed.append((key, node.depth))
      return make(.extension(path: prefix + path, child: child), depth: depth)
    case .branch, .stub:
      return make(.extension(path: Array(prefix), child: node), depth: depth)
    }
  }

  /// A trie of new entries alone, in ascending order.
  private mutating func build(_ updates: ArraySlice<Update>, depth: Int) -> StateNode? {
    guard let first = updates.first, let last = updates.last, let leaf = first.leaf else {
      return nil
    }
    if updates.count == 1 { return make(.leaf(key: first.key, leaf), depth: depth) }
    let parting = first.key.firstDifference(last.key, from: depth)
    var children = [StateNode?](repeating: nil, count: 16)
    var start = updates.startIndex
    while start < updates.endIndex {
      let nibble = updates[start].key.nibble(parting)
      var end = start + 1
      while end < updates.endIndex, updates[end].key.nibble(parting) == nibble { end += 1 }
      children[nibble] = build(updates[start..<end], depth: parting + 1)
      start = end
    }
    let branch = make(.branch(children), depth: parting)
    guard parting > depth else { return branch }
    let path = (depth..<parting).map { UInt8(first.key.nibble($0)) }
    return make(.extension(path: path, child: branch), depth: depth)
  }
}
