internal import Foundation
internal import REE
internal import Schema
internal import Synchronization

/// A part of an artifact on its way to a caller, a chunk at a time.
final class Download: Sendable {
  let artifact: Artifact
  private let reader: ArtifactReader
  private let chunkSize: UInt64
  private let progress: Mutex<Progress>

  private struct Progress {
    var offset: UInt64
    let end: UInt64
  }

  /// A length of 0 means everything from `offset` on.
  init(
    _ reader: consuming ArtifactReader, description: Artifact, offset: UInt64, length: UInt64,
    chunkSize: Int
  ) throws(ArtifactStore.ReadError) {
    let size = reader.artifact.sizeBytes
    guard offset <= size else { throw .outOfRange(offset: offset, sizeBytes: size) }
    let rest = size - offset
    artifact = description
    self.reader = reader
    self.chunkSize = UInt64(chunkSize)
    progress = Mutex(
      Progress(offset: offset, end: offset + (length == 0 ? rest : min(length, rest))))
  }

  /// The next chunk, or nil after the last.
  func next() throws(ArtifactStore.ReadError) -> Gensyn_Ree_V1.ArtifactChunk? {
    try progress.withLock { (progress) throws(ArtifactStore.ReadError) in
      guard progress.offset < progress.end else { return nil }
      let count = Int(min(chunkSize, progress.end - progress.offset))
      var chunk = Gensyn_Ree_V1.ArtifactChunk()
      chunk.offset = progress.offset
      var bytes = Data(count: count)
      var output = bytes.mutableBytes
      let read = try reader.read(offset: progress.offset, into: &output)
      bytes.removeLast(count - read)
      chunk.data = bytes
      progress.offset += UInt64(read)
      return chunk
    }
  }
}
