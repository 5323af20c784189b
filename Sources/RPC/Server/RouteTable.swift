internal import Glibc

/// Methods by the bytes of their paths: no string is made for a call to find its handler.
struct RouteTable: Sendable {
  private struct Entry: Sendable {
    let path: [UInt8]
    let handler: MethodHandler

    func has(_ path: UnsafeRawBufferPointer) -> Bool {
      guard self.path.count == path.count, let start = path.baseAddress else { return false }
      return unsafe memcmp(self.path, start, path.count) == 0
    }
  }

  private var entries: [Entry] = []
  // Indices of `entries`, or -1; open addressing, at most half full.
  private var slots: [Int] = [-1, -1]

  mutating func insert(_ handler: MethodHandler) {
    let path = Array(handler.method.path.utf8)
    if let index = entries.firstIndex(where: { $0.path == path }) {
      entries[index] = Entry(path: path, handler: handler)
      return
    }
    entries.append(Entry(path: path, handler: handler))
    if entries.count * 2 > slots.count { grow() } else { place(entries.count - 1) }
  }

  func handler(for path: RawSpan) -> MethodHandler? {
    unsafe path.withUnsafeBytes { bytes in
      var slot = unsafe Self.hash(bytes) & (slots.count - 1)
      while slots[slot] >= 0 {
        let index = slots[slot]
        if unsafe entries[index].has(bytes) { return entries[index].handler }
        slot = (slot + 1) & (slots.count - 1)
      }
      return nil
    }
  }

  private mutating func grow() {
    slots = [Int](repeating: -1, count: slots.count * 2)
    for index in entries.indices { place(index) }
  }

  private mutating func place(_ index: Int) {
    var slot = unsafe entries[index].path.withUnsafeBytes {
      unsafe Self.hash($0) & (slots.count - 1)
    }
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = index
  }

  /// FNV-1a. The table's keys are ours, so nobody can choose them to collide.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in 0..<bytes.count {
      hash = unsafe (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3
    }
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }
}
