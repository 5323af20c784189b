/// How far an upload or download has come.
public struct TransferProgress: Hashable, Sendable {
  public enum Phase: Hashable, Sendable {
    /// The file is read to learn its hash, or what is there of it.
    case hashing
    case transferring
  }

  public var phase: Phase
  public var doneBytes: UInt64
  public var totalBytes: UInt64

  public init(_ phase: Phase, doneBytes: UInt64, totalBytes: UInt64) {
    self.phase = phase
    self.doneBytes = doneBytes
    self.totalBytes = totalBytes
  }

  /// Called with every step; it should return quickly.
  public typealias Observer = @Sendable (TransferProgress) -> Void
}
