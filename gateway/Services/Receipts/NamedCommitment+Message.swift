internal import Foundation
internal import Primitives
internal import RPC
internal import Receipts
internal import Schema

extension NamedCommitment {
  /// The commitment to a tensor of a request.
  init(_ tensor: Gensyn_Ree_V1.Tensor, field: String) throws(RPCError) {
    guard let dataType = UInt8(exactly: tensor.dataType.rawValue), dataType > 0 else {
      throw RPCError(badField: "\(field).data_type", "is missing or unknown")
    }
    let content: Digest
    switch tensor.content {
    case .data(let data): content = BLAKE3.hash([UInt8](data))
    // An artifact's hash is that of its bytes, which are the elements.
    case .artifactHash(let hash): content = try Digest(field: "\(field).artifact_hash", hash)
    case .npyArtifactHash:
      throw RPCError(
        badField: "\(field).npy_artifact_hash",
        "is the hash of a file with a header: give the elements or their artifact")
    case nil: throw RPCError(badField: "\(field).content", "is missing")
    }
    let commitment = TensorCommitment(
      dataType: dataType, dimensions: tensor.dimensions, content: content)
    self.init(name: tensor.name, tensor: commitment.digest)
  }
}
