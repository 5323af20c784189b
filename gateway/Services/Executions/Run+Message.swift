internal import Foundation
internal import GraphRuns
internal import Primitives
internal import REE
internal import RPC
internal import Receipts
internal import Schema
internal import SwiftProtobuf

extension Gensyn_Ree_V1.Tensor {
  /// The largest content that stands in a message itself, in bytes.
  static let dataSizeMax = 1 << 20

  /// The tensor that a request gives or names. Waits for the disk.
  ///
  /// - Parameter sizeMax: The most bytes that are read from the store.
  func tensor(field: String, _ store: ArtifactStore, sizeMax: Int) throws -> Tensor {
    switch content {
    case .data(let data):
      guard data.count <= Self.dataSizeMax else {
        throw RPCError(
          badField: "\(field).data",
          "has \(data.count) bytes, and at most \(Self.dataSizeMax) are accepted: store an artifact"
        )
      }
      return try made(of: [UInt8](data), field: field)
    case .artifactHash(let hash):
      let digest = try Digest(field: "\(field).artifact_hash", hash)
      return try made(of: try Self.read(digest, store, sizeMax), field: field)
    case .npyArtifactHash(let hash):
      let digest = try Digest(field: "\(field).npy_artifact_hash", hash)
      let file = try Self.read(digest, store, sizeMax)
      let tensor: Tensor
      do {
        tensor = try NPY.read(file)
      } catch {
        throw RPCError(badField: "\(field).npy_artifact_hash", "is no array: \(error)")
      }
      let isTypeRight =
        dataType == .unspecified
        || dataType.rawValue == tensor.elementType.schemaNumber.map(Int.init)
      let isShapeRight = dimensions.isEmpty || dimensions == tensor.shape.map { UInt64($0) }
      guard isTypeRight, isShapeRight else {
        throw RPCError(
          badField: field, "says otherwise than its file: \(tensor.elementType) \(tensor.shape)")
      }
      return tensor
    case nil: throw RPCError(badField: "\(field).content", "is missing")
    }
  }

  private func made(of bytes: [UInt8], field: String) throws(RPCError) -> Tensor {
    guard let type = ElementType(schemaNumber: dataType.rawValue) else {
      throw RPCError(badField: "\(field).data_type", "is missing or unknown")
    }
    do {
      return try Tensor(type, dimensions.map { Int(clamping: $0) }, bytes: bytes)
    } catch {
      throw RPCError(badField: field, "cannot be: \(error)")
    }
  }

  private static func read(
    _ digest: Digest, _ store: ArtifactStore, _ sizeMax: Int
  ) throws -> [UInt8] {
    let size = try store.stat(digest).sizeBytes
    guard size <= UInt64(sizeMax) else {
      throw RPCError(
        .resourceExhausted, "artifact \(digest) has \(size) bytes, and \(sizeMax) may be read",
        details: [.reason("MEMORY", domain: RPCError.reeDomain)])
    }
    return try store.contents(digest, sizeMax: sizeMax)
  }

  /// An output, by its artifact's hash where it is large.
  init(_ name: String, _ tensor: Tensor) {
    self.init()
    self.name = name
    dataType = .init(rawValue: Int(tensor.elementType.schemaNumber ?? 0)) ?? .unspecified
    dimensions = tensor.shape.map { UInt64($0) }
    let bytes = tensor.bytes
    if bytes.count <= Self.dataSizeMax {
      data = Data(bytes)
    } else {
      artifactHash = BLAKE3.hash(bytes).data
    }
  }
}

extension Gensyn_Ree_V1.ExecutionPlan {
  init(_ plan: MemoryPlan, _ run: GraphRun, _ loaded: GraphModels.Loaded, memorySizeBytes: Int) {
    self.init()
    nodeCount = UInt64(plan.nodeCount)
    stepCount = 1
    let fixed = ExecutionEngine.fixedSizeBytes(plan, run)
    // Where the peak depends on what is computed, the run ends where it would pass the limit.
    peakMemorySizeBytes = UInt64(plan.peakBytes.map { fixed + $0 } ?? max(fixed, memorySizeBytes))
    weightsSizeBytes = UInt64(plan.weightsBytes)
    stepMultiplyAdds = plan.multiplyAdds
    instructionSet = loaded.executor.instructionSet
    threadCount = 1
    semanticsRoot = Semantics.root.data
    modelRoot = loaded.identity.root.data
  }
}

extension Gensyn_Ree_V1.ExecutionProgress {
  init(_ progress: Executor.Progress, elapsed: Duration) {
    self.init()
    phase = .computing
    nodesDone = UInt64(progress.nodesDone)
    self.elapsed = Google_Protobuf_Duration(elapsed)
  }
}

extension Gensyn_Ree_V1.ExecutionOutput {
  init(_ name: String, _ tensor: Tensor) {
    self.init()
    self.tensor = Gensyn_Ree_V1.Tensor(name, tensor)
    tensorHash = TensorCommitment(tensor).digest.data
  }
}

extension [RunParameters.File] {
  init(_ reference: Gensyn_Ree_V1.ModelReference) throws(RPCError) {
    self = []
    for (index, file) in reference.files.enumerated() {
      let field = "model.files[\(index)]"
      guard !contains(where: { $0.name == file.name }) else {
        throw RPCError(badField: "\(field).name", "stands twice")
      }
      append(
        RunParameters.File(
          name: file.name, hash: try Digest(field: "\(field).hash", file.hash)))
    }
  }
}
