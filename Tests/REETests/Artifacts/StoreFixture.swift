import Foundation
import Primitives
import REE
import Synchronization

/// A directory for one test, and a clock that only the test moves.
final class StoreFixture: Sendable {
  let path: String
  private let time = Mutex(UnixTime(milliseconds: 1_000))

  init(copying other: StoreFixture? = nil) throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("artifacts-\(UUID().uuidString)").path
    if let other { try FileManager.default.copyItem(atPath: other.path, toPath: path) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func open(
    _ limits: ArtifactStore.Limits = ArtifactStore.Limits()
  ) throws(ArtifactStore.OpenError) -> ArtifactStore {
    try ArtifactStore(directory: path, limits: limits) { self.time.withLock { $0 } }
  }

  func advance(milliseconds: Int64) {
    time.withLock { $0 = UnixTime(milliseconds: $0.milliseconds + milliseconds) }
  }

  func object(_ digest: Digest) -> String {
    "\(path)/objects/\(digest.description.prefix(2))/\(digest)"
  }

  func record(_ digest: Digest) -> String {
    "\(path)/records/\(digest.description.prefix(2))/\(digest)"
  }

  func uploadFiles() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(path)/uploads").sorted()
  }

  /// Changes one byte of a file, counted from its end if negative.
  func flip(_ offset: Int, in file: String) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    bytes[offset < 0 ? bytes.count + offset : offset] ^= 0x40
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }
}

func content(_ count: Int, seed: UInt8 = 0) -> [UInt8] {
  var state = UInt32(seed) &+ 1
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}

extension Upload {
  /// Appends what is still missing of `bytes`, in pieces.
  func send(_ bytes: [UInt8], upTo end: Int? = nil, piece: Int = 1 << 20) throws {
    let end = end ?? bytes.count
    var offset = Int(receivedBytes)
    while offset < end {
      let next = min(offset + piece, end)
      try append(offset: UInt64(offset), bytes: bytes.span.extracting(offset..<next))
      offset = next
    }
  }
}

extension ArtifactStore {
  @discardableResult
  func put(
    _ bytes: [UInt8], kind: Artifact.Kind = .other, name: String = "", owner: [UInt8] = []
  ) throws -> Artifact {
    let upload = try begin(
      UploadRequest(
        digest: BLAKE3.hash(bytes), sizeBytes: UInt64(bytes.count), kind: kind, name: name,
        owner: owner))
    try upload.send(bytes)
    return try upload.finish()
  }

  func contents(of digest: Digest) throws -> [UInt8] {
    let reader = try open(digest)
    var bytes: [UInt8] = []
    while try reader.read(offset: UInt64(bytes.count), length: .max, into: &bytes) > 0 {}
    return bytes
  }
}
