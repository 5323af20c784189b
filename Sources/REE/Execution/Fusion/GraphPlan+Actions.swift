extension GraphPlan {
  /// One node, or several that are computed together.
  struct Action: Sendable {
    /// The nodes' places in the graph, ascending.
    let places: [Int]
    let fused: (any FusedNodes)?
    /// Values that nothing reads any more after each of them.
    let releases: [[ValueID]]
  }

  static func actions(
    _ graph: Graph, _ steps: [Step], _ weights: PreparedWeights, without folded: Set<Int>
  ) -> [Action] {
    let readers = NodeReaders(graph)
    var taken = folded
    var fused: [Int: any FusedNodes] = [:]
    // Products first: what they do not take is left to chains.
    for find in [product, chain] {
      for place in steps.indices where !taken.contains(place) {
        guard let nodes = find(place, graph, readers, weights, { taken.contains($0) }),
          let last = nodes.places.last
        else { continue }
        taken.formUnion(nodes.places)
        fused[last] = nodes
      }
    }
    // Where several are computed together, that is where the last of them stands.
    let groups = steps.indices.compactMap { place in
      fused[place]?.places ?? (taken.contains(place) ? nil : [place])
    }
    var releases = releases(graph, order: groups.flatMap { $0 }, without: folded)[...]
    return groups.map { places in
      defer { releases = releases.dropFirst(places.count) }
      return Action(
        places: places, fused: places.last.flatMap { fused[$0] },
        releases: Array(releases.prefix(places.count)))
    }
  }

  private static func product(
    _ place: Int, _ graph: Graph, _ readers: NodeReaders, _ weights: PreparedWeights,
    _ isTaken: (Int) -> Bool
  ) -> (any FusedNodes)? {
    ProductChain(from: place, graph, readers, weights, isTaken: isTaken)
      ?? IntegerProduct(from: place, graph, readers, weights, isTaken: isTaken)
      ?? GuardedSoftmax(from: place, graph, readers, weights, isTaken: isTaken)
  }

  private static func chain(
    _ place: Int, _ graph: Graph, _ readers: NodeReaders, _ weights: PreparedWeights,
    _ isTaken: (Int) -> Bool
  ) -> (any FusedNodes)? {
    ElementChain(from: place, graph, readers, weights, isTaken: isTaken)
  }
}
