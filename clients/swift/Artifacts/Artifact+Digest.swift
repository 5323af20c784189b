public import FoundationEssentials
public import Primitives
public import Schema

extension Gensyn_Ree_V1.Artifact {
  /// The artifact's name: the BLAKE3-256 of its bytes. Nil if the server sent something else.
  public var digest: Digest? {
    // A hash of another length is the server's mistake, and none for us.
    try? Digest([UInt8](hash))
  }
}

extension Data {
  /// A digest's bytes, as messages carry them.
  public init(_ digest: Digest) {
    self.init((0..<Digest.byteCount).map { digest.bytes[$0] })
  }
}
