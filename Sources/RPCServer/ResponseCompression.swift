public import RPC

/// Whether responses are compressed where neither caller nor handler asks for it.
public struct ResponseCompression: Sendable {
  /// What is used when the caller accepts it; one that knows another only gets that.
  public var preferred: Compression
  /// Messages that are smaller stay as they are.
  public var sizeMin: Int

  public init(preferred: Compression = .identity, sizeMin: Int = 1024) {
    self.preferred = preferred
    self.sizeMin = sizeMin
  }
}
