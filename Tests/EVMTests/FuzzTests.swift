import EVMFuzz
import Primitives
import Testing

/// The fuzzers' targets on inputs that a sequence makes: the long runs are `make fuzz`.
@Suite(.serialized)
struct FuzzTests {
  struct Sequence {
    var state: UInt64

    mutating func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in UInt8(next(256)) }
    }

    /// Code that gets further than chance would: small pushes, then instructions that use them.
    mutating func code() -> [UInt8] {
      var code = [UInt8(next(256)), UInt8(next(256))]
      for _ in 0..<next(60) {
        for _ in 0..<next(4) {
          let choice = next(10)
          if choice < 6 {
            code += [0x60, UInt8(next(256))]
          } else if choice < 8 {
            code += [0x60, UInt8(0xC0 + next(2))]
          } else if choice < 9 {
            code += [0x7F] + bytes(32)
          } else {
            code += [0x5A]
          }
        }
        code.append(UInt8(next(256)))
      }
      return code
    }
  }

  @Test
  func `runs any code on the rules of any fork`() {
    var sequence = Sequence(state: 1)
    for _ in 0..<2000 {
      let code = sequence.code()
      unsafe fuzzCode(code.span.bytes)
    }
  }

  @Test
  func `reads any bytes`() {
    var sequence = Sequence(state: 2)
    for round in 0..<2000 {
      var bytes = sequence.bytes(sequence.next(200))
      // Often a beginning that lets a reader go on.
      if !bytes.isEmpty {
        bytes[0] = [bytes[0], 0xC0 + UInt8(bytes.count & 0x3F), UInt8(1 + round % 4)][round % 3]
      }
      let span = bytes.span
      unsafe fuzzRLP(span.bytes)
      unsafe fuzzTransaction(span.bytes)
      unsafe fuzzBlock(span.bytes)
      unsafe fuzzProof(span.bytes)
    }
  }
}
