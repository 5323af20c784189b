/// How one call is made. What is nil comes from the client's defaults.
public struct CallOptions: Sendable {
  /// How long the caller waits, from the start of the call.
  public var timeout: Duration?
  /// Sent beside the messages.
  public var metadata: Metadata
  /// How request messages are compressed.
  public var compression: Compression?
  /// Which request messages are compressed, asked with each one's bytes in the codec; nil is all.
  /// A secret beside text that a stranger chooses should travel as it is.
  public var compresses: (@Sendable (_ message: [UInt8]) -> Bool)?
  /// How messages become bytes.
  public var codec: Codec?
  /// Whether to wait for a connection instead of failing while there is none.
  public var waitForReady: Bool?
  /// Whether and how a failed call is sent again.
  public var retry: RetryPolicy?
  /// The largest response message that is accepted, in bytes.
  public var responseSizeMax: Int?

  public init(
    timeout: Duration? = nil, metadata: Metadata = [:], compression: Compression? = nil,
    compresses: (@Sendable (_ message: [UInt8]) -> Bool)? = nil,
    codec: Codec? = nil, waitForReady: Bool? = nil, retry: RetryPolicy? = nil,
    responseSizeMax: Int? = nil
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.compression = compression
    self.compresses = compresses
    self.codec = codec
    self.waitForReady = waitForReady
    self.retry = retry
    self.responseSizeMax = responseSizeMax
  }

  /// These options, completed by `defaults`. Metadata of both is sent.
  func completed(by defaults: CallOptions) -> CallOptions {
    var metadata = defaults.metadata
    metadata.append(contentsOf: self.metadata)
    return CallOptions(
      timeout: timeout ?? defaults.timeout,
      metadata: metadata,
      compression: compression ?? defaults.compression,
      compresses: compresses ?? defaults.compresses,
      codec: codec ?? defaults.codec,
      waitForReady: waitForReady ?? defaults.waitForReady,
      retry: retry ?? defaults.retry,
      responseSizeMax: responseSizeMax ?? defaults.responseSizeMax)
  }
}
