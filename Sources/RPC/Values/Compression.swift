/// How a message's bytes are made smaller, by the names of HTTP's content codings.
public enum Compression: String, Hashable, Sendable, CaseIterable {
  case identity, gzip, deflate, zstd
}
