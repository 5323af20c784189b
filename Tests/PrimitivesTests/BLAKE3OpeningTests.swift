import Primitives
import Testing

@Suite
struct BLAKE3OpeningTests {
  private static func message(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 10) }
  }

  @Test(arguments: [0, 1, 1023, 1024, 1025, 2048, 3000, 5 * 1024, 8 * 1024 + 1, 200_000])
  func `every chunk opens to the digest`(count: Int) throws {
    let message = Self.message(count)
    let digest = BLAKE3.hash(message)
    let chunkCount = max(1, (count + 1023) / 1024)

    for index in Set([0, 1, 2, chunkCount / 2, chunkCount - 2, chunkCount - 1])
    where 0..<chunkCount ~= index {
      let found = BLAKE3.open(chunk: UInt64(index), of: message.span)
      let opening = try #require(found)
      #expect(opening.data == Array(message.dropFirst(index * 1024).prefix(1024)))
      #expect(opening.root == digest)
    }
    let beyond = BLAKE3.open(chunk: UInt64(chunkCount), of: message.span)
    #expect(beyond == nil)
  }

  @Test
  func `another chunk, place or size opens to nothing of the kind`() throws {
    let message = Self.message(10_000)
    let digest = BLAKE3.hash(message)
    let found = BLAKE3.open(chunk: 3, of: message.span)
    let opening = try #require(found)
    var data = opening.data
    data[1000] ^= 1
    let make = { (index: UInt64, count: UInt64, data: [UInt8], siblings: [Digest]) in
      BLAKE3.ChunkOpening(index: index, byteCount: count, data: data, siblings: siblings).root
    }

    #expect(make(3, 10_000, data, opening.siblings) != digest)
    #expect(make(2, 10_000, opening.data, opening.siblings) != digest)
    #expect(make(3, 10_001, opening.data, opening.siblings) == digest)
    #expect(make(3, 20_000, opening.data, opening.siblings) != digest)
    #expect(make(3, 10_000, opening.data, opening.siblings.dropLast()) == nil)
    #expect(make(.max, .max, opening.data, []) == nil)
  }
}
