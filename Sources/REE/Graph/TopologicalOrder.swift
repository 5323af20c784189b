/// Puts nodes into an order in which every value is made before it is read.
///
/// The order of the file is kept wherever it can be.
enum TopologicalOrder {
  static func sort(_ nodes: [Node]) throws(ModelError) -> [Node] {
    var maker: [ValueID: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs { if let output { maker[output] = index } }
    }
    var waiting = [Int](repeating: 0, count: nodes.count)
    var readers = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      var makers: Set<Int> = []
      for input in node.inputs.compactMap({ $0 }) + node.captures {
        if let made = maker[input] { makers.insert(made) }
      }
      waiting[index] = makers.count
      for made in makers { readers[made].append(index) }
    }

    var ready = Heap()
    for index in nodes.indices where waiting[index] == 0 { ready.insert(index) }
    var sorted: [Node] = []
    sorted.reserveCapacity(nodes.count)
    while let index = ready.removeFirst() {
      sorted.append(nodes[index])
      for reader in readers[index] {
        waiting[reader] -= 1
        if waiting[reader] == 0 { ready.insert(reader) }
      }
    }
    guard sorted.count == nodes.count else {
      let index = waiting.firstIndex { $0 > 0 } ?? 0
      let node = nodes[index]
      throw .cyclic(.node(name: node.name, operator: node.operation.name))
    }
    return sorted
  }

  /// The lowest number first.
  private struct Heap {
    private var items: [Int] = []

    mutating func insert(_ item: Int) {
      items.append(item)
      var index = items.count - 1
      while index > 0, items[index] < items[(index - 1) / 2] {
        items.swapAt(index, (index - 1) / 2)
        index = (index - 1) / 2
      }
    }

    mutating func removeFirst() -> Int? {
      guard let first = items.first, let last = items.popLast() else { return nil }
      guard !items.isEmpty else { return first }
      items[0] = last
      var index = 0
      while true {
        let (left, right) = (2 * index + 1, 2 * index + 2)
        var least = index
        if left < items.count, items[left] < items[least] { least = left }
        if right < items.count, items[right] < items[least] { least = right }
        guard least != index else { return first }
        items.swapAt(index, least)
        index = least
      }
    }
  }
}
