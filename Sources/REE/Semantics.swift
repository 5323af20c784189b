public import Primitives
internal import Receipts

/// The set of semantics that this engine's bits follow: every operator, and what runs and trains
/// language models.
///
/// An entry's version changes whenever a bit of any result does; receipts name the set by its root.
public enum Semantics {
  public struct Entry: Hashable, Sendable {
    /// Domain and name, such as `MatMul` or `com.microsoft.DynamicQuantizeLSTM`.
    public let name: String
    public let version: String
  }

  /// By name.
  public static let entries: [Entry] = Set(
    OperatorCatalogue.all.map { Entry(name: $0.qualifiedName, version: $0.semantics) } + language
  ).sorted { ($0.name, $0.version) < ($1.name, $1.version) }

  private static let language = [
    Entry(name: "language.llama", version: "1.0.0"),
    Entry(name: "language.sampling", version: "1.0.0"),
    Entry(name: "training.step", version: "1.0.0"),
  ]

  /// The Merkle root over the texts `name version` in the order of the entries.
  public static let root: Digest = MerkleTree(
    entries.map { BLAKE3.hash(Array("\($0.name) \($0.version)".utf8)) }
  ).root
}
