internal import SwiftProtobuf
internal import Files
internal import FoundationEssentials
internal import Primitives
internal import RPC
internal import Schema

/// A file that is being uploaded.
final class SourceFile: Sendable {
  let sizeBytes: UInt64
  private let file: File

  /// What one message carries: large enough that its frame costs nothing, small enough that
  /// progress is smooth. The service takes at most 1 MiB.
  static let chunkSize = 256 << 10

  init(_ path: String) throws(FileError) {
    file = try File(path, .read, followsLinks: true)
    sizeBytes = try file.sizeBytes()
  }

  /// The file's bytes from `offset` on, at most a chunk; fewer only at the end.
  func chunk(at offset: UInt64) throws(FileError) -> [UInt8] {
    let left = sizeBytes - min(offset, sizeBytes)
    var bytes = [UInt8](repeating: 0, count: Int(min(left, UInt64(Self.chunkSize))))
    let count = try file.read(at: offset, into: &bytes)
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  @concurrent
  func digest(progress: TransferProgress.Observer?) async throws -> Digest {
    var hasher = BLAKE3()
    while true {
      try Task.checkCancellation()
      progress?(.init(.hashing, doneBytes: hasher.byteCount, totalBytes: sizeBytes))
      let chunk = try chunk(at: hasher.byteCount)
      guard !chunk.isEmpty else { return hasher.finalize() }
      hasher.update(chunk)
    }
  }
}

/// The messages of an upload: its header, then the file's bytes from an offset on.
struct UploadMessages: AsyncSequence, Sendable {
  typealias Element = Gensyn_Ree_V1.PutArtifactRequest

  let header: Gensyn_Ree_V1.PutArtifactHeader
  let file: SourceFile
  let offset: UInt64
  let progress: TransferProgress.Observer?

  func makeAsyncIterator() -> Iterator {
    Iterator(messages: self, offset: offset)
  }

  struct Iterator: AsyncIteratorProtocol {
    let messages: UploadMessages
    var offset: UInt64
    var hasBegun = false

    mutating func next() async throws -> Gensyn_Ree_V1.PutArtifactRequest? {
      let file = messages.file
      guard hasBegun else {
        hasBegun = true
        return .with { $0.header = messages.header }
      }
      // Asked for the next chunk, the transport has taken the one before.
      messages.progress?(.init(.transferring, doneBytes: offset, totalBytes: file.sizeBytes))
      let bytes = try file.chunk(at: offset)
      guard !bytes.isEmpty else { return nil }
      defer { offset += UInt64(bytes.count) }
      return .with {
        $0.chunk = .with {
          $0.offset = offset
          $0.data = Data(bytes)
        }
      }
    }
  }
}
