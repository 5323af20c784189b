import CBLAKE3
import Primitives
import Testing

/// One length of the official test vectors, in the three modes.
struct BLAKE3Vector: Sendable {
  struct Output: Sendable {
    let first: String
    let last: String

    init(_ first: String, last: String) {
      self.first = first
      self.last = last
    }
  }

  static let key = Array("whats the Elvish word for friend".utf8)
  static let context = "BLAKE3 2019-12-27 16:29:52 test vectors context"

  let count: Int
  let hash: Output
  let keyedHash: Output
  let derivedKey: Output

  init(_ count: Int, _ hash: Output, _ keyedHash: Output, _ derivedKey: Output) {
    self.count = count
    self.hash = hash
    self.keyedHash = keyedHash
    self.derivedKey = derivedKey
  }
}

private func message(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8($0 % 251) }
}

private func expect(_ hasher: BLAKE3, gives output: BLAKE3Vector.Output) {
  #expect(hasher.finalize().description == output.first)
  #expect(Hex.encode(hasher.finalize(count: 131).suffix(8)) == output.last)
  #expect(Hex.encode(hasher.finalize(count: 8, from: 123)) == output.last)
}

// Serialized: the limit of lanes belongs to the process.
@Suite(.serialized)
struct BLAKE3Tests {
  @Test(arguments: BLAKE3Vector.all)
  func `gives the reference's outputs in all modes`(vector: BLAKE3Vector) {
    let message = message(vector.count)
    let key = [32 of UInt8] { BLAKE3Vector.key[$0] }
    let modes = [
      (BLAKE3(), vector.hash),
      (BLAKE3(key: key), vector.keyedHash),
      (BLAKE3(derivingKeyFor: BLAKE3Vector.context), vector.derivedKey),
    ]
    for (start, output) in modes {
      var hasher = start
      hasher.update(message)
      #expect(hasher.byteCount == UInt64(vector.count))
      expect(hasher, gives: output)
    }
  }

  @Test(arguments: [1, 4, 8, 16])
  func `gives the same digest whatever the number of lanes`(lanes: Int) {
    cblake3_limit_lanes(lanes)
    defer { cblake3_limit_lanes(0) }

    for vector in BLAKE3Vector.all where vector.count > 4096 {
      #expect(BLAKE3.hash(message(vector.count)).description == vector.hash.first)
    }
  }

  @Test(arguments: [1, 63, 64, 65, 1000, 1024, 1025, 3000, 40_000])
  func `does not care how the message is cut`(piece: Int) throws {
    let vector = try #require(BLAKE3Vector.all.last)
    let message = message(vector.count)
    var hasher = BLAKE3()
    var start = 0
    while start < message.count {
      let end = min(start + piece, message.count)
      hasher.update(message.span.extracting(start..<end))
      start = end
    }
    expect(hasher, gives: vector.hash)
  }

  @Test(arguments: [0, 1, 64, 1024, 1025, 2048, 65_536, 70_001])
  func `goes on from a snapshot`(cut: Int) throws {
    let vector = try #require(BLAKE3Vector.all.last)
    let message = message(vector.count)
    var first = BLAKE3()
    first.update(message.span.extracting(..<cut))

    var second = try BLAKE3(snapshot: first.snapshot.span)
    #expect(second.byteCount == UInt64(cut))
    second.update(message.span.extracting(cut...))
    expect(second, gives: vector.hash)
  }

  @Test
  func `a copy goes on independently`() {
    var one = BLAKE3()
    one.update(message(3000))
    var other = one
    other.update([1, 2, 3])

    #expect(one.finalize() == BLAKE3.hash(message(3000)))
    #expect(other.finalize() == BLAKE3.hash(message(3000) + [1, 2, 3]))
  }

  @Test
  func `refuses bytes that are no snapshot`() {
    var hasher = BLAKE3()
    hasher.update(message(5000))
    let snapshot = hasher.snapshot

    #expect(throws: BLAKE3.Malformed.wrongLength(3)) { try BLAKE3(snapshot: [1, 2, 3].span) }
    #expect(throws: BLAKE3.Malformed.wrongLength(snapshot.count - 1)) {
      try BLAKE3(snapshot: Array(snapshot.dropLast()).span)
    }
    for (index, byte) in [(0, UInt8(9)), (1, 3), (2, 65), (3, 16), (4, 2), (5, 3)] {
      var damaged = snapshot
      damaged[index] = byte
      #expect(throws: BLAKE3.Malformed.self) { try BLAKE3(snapshot: damaged.span) }
    }
  }
}
