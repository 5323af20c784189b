/// The streams whose peers ended them last: a few are enough to tell a broken peer from a late one.
struct RecentStreams {
  private var streams = InlineArray<16, Int32>(repeating: 0)
  private var next = 0

  mutating func insert(_ stream: Int32) {
    streams[next] = stream
    next = (next + 1) % streams.count
  }

  func contains(_ stream: Int32) -> Bool {
    guard stream != 0 else { return false }
    for index in streams.indices where streams[index] == stream { return true }
    return false
  }
}
