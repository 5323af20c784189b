/// What a peer of one connection may ask of it.
public struct Limits: Sendable {
  /// The largest message, all its fragments together, in bytes.
  public var messageSizeMax = 4 << 20
  /// How many bytes may wait for a peer that does not read. Past it the connection closes.
  public var pendingMax = 8 << 20
  /// How many messages may wait.
  public var pendingCountMax = 16_384
  /// Past this many bytes that wait, nothing more is read: whoever asks must also listen.
  public var backlogMax = 1 << 20

  public init() {}
}
