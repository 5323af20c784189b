public import Primitives

/// What a receipt says of a tensor: its type, its dimensions and the digest of its elements.
///
/// The elements are hashed row-major, little-endian and without padding by plain BLAKE3, and the
/// type and the dimensions go around that: so 256 elements of binary32 are one BLAKE3 chunk, and a
/// part of a tensor is opened by ``BLAKE3/ChunkOpening``.
public struct TensorCommitment: Hashable, Sendable {
  /// `gensyn.ree.v1.DataType`'s number.
  public let dataType: UInt8
  /// The length of each dimension, outermost first.
  public let dimensions: [UInt64]
  /// BLAKE3 of the elements.
  public let content: Digest

  public init(dataType: UInt8, dimensions: [UInt64], content: Digest) {
    self.dataType = dataType
    self.dimensions = dimensions
    self.content = content
  }

  /// The tensor's hash, which traces and roots name.
  public var digest: Digest { Domain.tensor.hash(form) }

  /// Deterministic CBOR: what ``digest`` is the hash of.
  public var form: [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(3)
    writer.write(UInt64(dataType))
    writer.beginArray(dimensions.count)
    for dimension in dimensions { writer.write(dimension) }
    writer.write(content.array)
    return writer.bytes
  }
}

/// A tensor among the inputs or outputs of a computation.
public struct NamedCommitment: Hashable, Sendable {
  public let name: String
  /// The tensor's ``TensorCommitment/digest``.
  public let tensor: Digest

  public init(name: String, tensor: Digest) {
    self.name = name
    self.tensor = tensor
  }

  /// A generated text, the last output of a generation: one string, its length in front as a
  /// little-endian uint32.
  public init(text: String) {
    let count = UInt32(clamping: text.utf8.count)
    let element = (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32($0 * 8)) } + text.utf8
    let commitment = TensorCommitment(
      dataType: Self.string, dimensions: [], content: BLAKE3.hash(element))
    self.init(name: "text", tensor: commitment.digest)
  }

  /// The number of STRING in `gensyn.ree.v1.DataType`.
  private static let string: UInt8 = 14

  public var digest: Digest {
    var writer = CBORWriter()
    writer.beginArray(2)
    writer.write(name)
    writer.write(tensor.array)
    return Domain.name.hash(writer.bytes)
  }

  /// The root over inputs or outputs in the order that the model declares.
  public static func root(of tensors: some Sequence<NamedCommitment>) -> Digest {
    MerkleTree(tensors.map(\.digest)).root
  }
}
