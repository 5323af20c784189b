import Primitives
import Testing

@Suite
struct HexTests {
  @Test
  func `reads what it writes, with and without prefix`() throws {
    let bytes: [UInt8] = [0, 1, 0x9A, 0xFF]

    #expect(Hex.encode(bytes) == "00019aff")
    #expect(Hex.encode(bytes, prefix: true) == "0x00019aff")
    #expect(try Hex.decode("00019aff") == bytes)
    #expect(try Hex.decode("0X00019AfF") == bytes)
    #expect(try Hex.decode("0x") == [])
    #expect(try Hex.decode("") == [])
  }

  @Test
  func `says where a text is not hexadecimal`() {
    #expect(throws: Hex.Malformed.oddLength(3)) { try Hex.decode("0xabc") }
    #expect(throws: Hex.Malformed.notADigit(UInt8(ascii: "g"), offset: 3)) {
      try Hex.decode("0xag")
    }
    #expect(throws: Hex.Malformed.notADigit(0xC3, offset: 0)) { try Hex.decode("é") }
  }
}

@Suite
struct DigestTests {
  @Test
  func `has exactly 32 bytes`() throws {
    let bytes = (0..<32).map { UInt8($0) }
    let digest = try Digest(bytes)

    #expect(MemoryLayout<Digest>.size == 32)
    #expect(try Digest(hex: digest.description) == digest)
    #expect(throws: Digest.WrongLength(count: 31)) { try Digest(Array(bytes.dropLast())) }
    #expect(throws: Digest.Malformed.wrongLength(Digest.WrongLength(count: 1))) {
      try Digest(hex: "0xaa")
    }
    #expect(throws: Digest.Malformed.notHexadecimal(.oddLength(1))) { try Digest(hex: "a") }
  }

  @Test
  func `sorts like its text`() {
    let digests = (0..<50).map { BLAKE3.hash([UInt8($0)]) }

    #expect(digests.sorted().map(\.description) == digests.map(\.description).sorted())
    #expect(Set(digests + digests).count == digests.count)
  }
}
