internal import Primitives

extension DisputeContract {
  /// The length of a context, the context, the message.
  static func hash(_ input: Span<UInt8>) -> [UInt8]? {
    guard !input.isEmpty, input.count > Int(input[0]) else { return nil }
    let contextEnd = 1 + Int(input[0])
    var hasher = BLAKE3()
    if contextEnd > 1 {
      // BLAKE3 takes any bytes for a context; a text of ours has one form as bytes.
      hasher = BLAKE3(derivingKeyFor: input.extracting(1..<contextEnd))
    }
    hasher.update(input.extracting(contextEnd..<input.count))
    return hasher.finalize().array
  }

  /// Index and size, 8 bytes each, the chunk, the chaining values beside the way.
  static func open(_ input: Span<UInt8>) -> [UInt8]? {
    guard input.count >= 16 else { return nil }
    let index = input.bigEndian(at: 0)
    let byteCount = input.bigEndian(at: 8)
    let chunk = UInt64(BLAKE3.chunkByteCount)
    let (start, overflow) = index.multipliedReportingOverflow(by: chunk)
    guard !overflow, start < byteCount || index == 0 else { return nil }
    let chunkEnd = 16 + Int(min(chunk, byteCount - start))
    guard input.count >= chunkEnd, (input.count - chunkEnd).isMultiple(of: 32) else { return nil }
    var siblings: [Digest] = []
    for offset in stride(from: chunkEnd, to: input.count, by: 32) {
      guard let sibling = try? Digest(input.extracting(offset..<offset + 32)) else { return nil }
      siblings.append(sibling)
    }
    let opening = BLAKE3.ChunkOpening(
      index: index, byteCount: byteCount, data: input.extracting(16..<chunkEnd).array(),
      siblings: siblings)
    return opening.root?.array
  }

  /// Whether it is the root, then the two values below.
  static func parent(_ input: Span<UInt8>) -> [UInt8]? {
    guard input.count == 65, input[0] <= 1,
      let left = try? Digest(input.extracting(1..<33)),
      let right = try? Digest(input.extracting(33..<65))
    else { return nil }
    return BLAKE3.parent(left, right, isRoot: input[0] == 1).array
  }
}
