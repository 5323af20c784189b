/// The tensors of a model file, found by name.
public struct TensorDirectory: Sendable {
  /// In the file's order.
  public let entries: [TensorEntry]
  private let positions: [[UInt8]: Int]

  public subscript(_ name: String) -> TensorEntry? {
    positions[Array(name.utf8)].map { entries[$0] }
  }

  init(_ entries: [TensorEntry]) throws(Fault) {
    // By bytes: two names that Unicode calls equal are two names.
    var positions: [[UInt8]: Int] = [:]
    positions.reserveCapacity(entries.count)
    for (position, entry) in entries.enumerated() {
      guard positions.updateValue(position, forKey: Array(entry.name.utf8)) == nil else {
        throw .duplicate(entry.name)
      }
    }
    let placed = entries.filter { !$0.bytes.isEmpty }.sorted {
      $0.bytes.lowerBound < $1.bytes.lowerBound
    }
    for (before, after) in zip(placed, placed.dropFirst())
    where before.bytes.upperBound > after.bytes.lowerBound {
      throw .overlap(before.name, after.name)
    }
    self.entries = entries
    self.positions = positions
  }

  enum Fault: Error {
    case duplicate(String)
    case overlap(String, String)
  }
}
