public import Primitives
public import REE
internal import Receipts

/// What receipts call a graph with its weights.
public struct ModelIdentity: Hashable, Sendable {
  /// The digest of each node of the outermost graph: operator, version of its semantics, attributes
  /// and wiring. A trace's records name them.
  public let nodes: [Digest]
  /// The Merkle root over the graph's inputs and outputs, then the nodes.
  public let graphHash: Digest
  /// The Merkle root over the weights, ascending by the number of their value.
  public let weightsRoot: Digest
  public let weightCount: UInt64
  public let weightsSizeBytes: UInt64

  /// Hashes all weights.
  public init(_ executor: Executor) {
    let model = executor.model
    let semantics = executor.nodeSemantics
    nodes = zip(model.graph.nodes, semantics).map { node, version in
      var form = CanonicalForm()
      form.write(node)
      return Self.hash("node", version, form.bytes)
    }
    var header = CanonicalForm()
    header.writeHeader(model)
    graphHash = MerkleTree([Self.hash("graph", "", header.bytes)] + nodes).root

    var weights = MerkleTree()
    var (count, size) = (UInt64(0), UInt64(0))
    for (value, tensor) in model.constants.sorted(by: { $0.key.index < $1.key.index }) {
      weights.append(NamedCommitment("#\(value.index)", tensor).digest)
      count += UInt64(tensor.count)
      size += UInt64(tensor.sizeBytes)
    }
    weightsRoot = weights.root
    weightCount = count
    weightsSizeBytes = size
  }

  /// The root over graph and weights.
  public var root: Digest { MerkleTree([graphHash, weightsRoot]).root }

  private static func hash(_ what: String, _ semantics: String, _ bytes: [UInt8]) -> Digest {
    var hasher = BLAKE3(derivingKeyFor: "gensyn.ree.\(what).v1")
    var writer = CBORWriter()
    writer.write(semantics)
    hasher.update(writer.bytes + bytes)
    return hasher.finalize()
  }
}
