internal import Primitives
public import REE
public import Receipts

extension TensorCommitment {
  /// What receipts say of a tensor.
  ///
  /// Types that `gensyn.ree.v1.DataType` does not name stand only inside models; they have their
  /// number in ONNX plus 128.
  public init(_ tensor: Tensor) {
    self.init(
      dataType: tensor.elementType.schemaNumber
        ?? 128 + UInt8(truncatingIfNeeded: tensor.elementType.rawValue),
      dimensions: tensor.shape.map { UInt64($0) },
      content: tensor.withBytes { BLAKE3.hash($0) })
  }
}

extension NamedCommitment {
  public init(_ name: String, _ tensor: Tensor) {
    self.init(name: name, tensor: TensorCommitment(tensor).digest)
  }
}
