/// The streams whose peers ended them last: a few are enough to tell a broken peer from a late one.
struct RecentStreams {
  private var streams = SIMD16<Int32>(repeating: 0)
  private var next = 0

  mutating func insert(_ stream: Int32) {
    streams[next] = stream
    next = (next + 1) % streams.scalarCount
  }

  func contains(_ stream: Int32) -> Bool {
    stream != 0 && any(streams .== stream)
  }
}
