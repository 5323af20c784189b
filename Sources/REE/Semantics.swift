public import Primitives
internal import Receipts

/// The set of operator semantics that this engine's bits follow.
///
/// An entry's version changes whenever a bit of any result does; receipts name the set by its root.
public enum Semantics {
  public struct Entry: Hashable, Sendable {
    public let name: String
    public let version: String
  }

  /// By name.
  public static let entries = [
    Entry(name: "language.llama", version: "1.0.0"),
    Entry(name: "language.sampling", version: "1.0.0"),
  ]

  /// The root over the entries in the order of their names.
  public static let root: Digest = MerkleTree(
    entries.map { BLAKE3.hash(Array("\($0.name) \($0.version)".utf8)) }
  ).root
}
