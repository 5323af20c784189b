internal import ModelFiles
public import Primitives
internal import Receipts

extension LanguageModel {
  /// What a receipt calls the model's root: the Merkle root over the file's metadata and each of its
  /// tensors, in the file's order. Hashes the whole file.
  public func root() throws(LanguageModelError) -> Digest {
    try bytes.withBytes { (span) throws(LanguageModelError) in
      let tensors = try Self.directory(span)
      let start = tensors.entries.map(\.bytes.lowerBound).min() ?? span.count
      var tree = MerkleTree([BLAKE3.hash(span.extracting(0..<start))])
      for entry in tensors.entries {
        let commitment = TensorCommitment(
          dataType: Self.dataType(entry.encoding), dimensions: entry.shape.map { UInt64($0) },
          content: BLAKE3.hash(span.extracting(entry.bytes)))
        tree.append(NamedCommitment(name: entry.name, tensor: commitment.digest).digest)
      }
      return tree.root
    }
  }

  private static func directory(
    _ span: Span<UInt8>
  ) throws(LanguageModelError) -> TensorDirectory {
    do throws(GGUFMalformed) {
      return try GGUFFile(span).tensors
    } catch {
      throw .file(error)
    }
  }

  /// `gensyn.ree.v1.DataType`'s number: blocks are BLOCK_QUANTIZED.
  private static func dataType(_ encoding: TensorEncoding) -> UInt8 {
    switch encoding {
    case .float32: 1
    case .float64: 2
    case .float16: 3
    case .bfloat16: 4
    default: 15
    }
  }
}
