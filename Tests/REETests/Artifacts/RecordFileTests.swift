import Primitives
import Testing

@testable import REE

@Suite
struct RecordFileTests {
  let record = ArtifactRecord(
    digest: BLAKE3.hash([1]), sizeBytes: .max, createdAt: UnixTime(milliseconds: -5),
    claims: [
      ArtifactRecord.Claim(owner: [], kind: .model, mediaType: "a/b", name: "größe"),
      ArtifactRecord.Claim(owner: [0, 255], kind: .other, mediaType: "", name: ""),
    ])

  @Test
  func `reads what it writes`() throws {
    #expect(try RecordFile.decodeArtifact(RecordFile.encode(record)) == record)

    let upload = UploadRecord(
      digest: BLAKE3.hash([1]), owner: [9], sizeBytes: 10, durableBytes: 10,
      updatedAt: UnixTime(milliseconds: 1), hasher: BLAKE3().snapshot)
    #expect(try RecordFile.decodeUpload(RecordFile.encode(upload)) == upload)
  }

  @Test
  func `notices every changed byte and every cut`() {
    let file = RecordFile.encode(record)
    for index in file.indices {
      var damaged = file
      damaged[index] ^= 1
      #expect(throws: RecordFile.Malformed.checksum) { try RecordFile.decodeArtifact(damaged) }
      #expect(throws: RecordFile.Malformed.self) {
        try RecordFile.decodeArtifact(Array(file[..<index]))
      }
    }
  }

  @Test
  func `survives every message with one changed byte`() throws {
    let message = try RecordFile.open(RecordFile.encode(record))
    for index in message.indices {
      for bit in 0..<8 {
        var damaged = message
        damaged[index] ^= 1 << UInt8(bit)
        // Some changes make another valid record; none may trap.
        _ = try? RecordFile.decodeArtifact(RecordFile.seal(damaged))
        _ = try? RecordFile.decodeUpload(RecordFile.seal(damaged))
      }
    }
  }

  @Test(arguments: [[0xFF], [0xC3], [0x61, 0x00, 0x62]] as [[UInt8]])
  func `refuses strings that protobuf-c lets pass`(text: [UInt8]) throws {
    let name = Array("größe".utf8)
    let message = try RecordFile.open(RecordFile.encode(record))
    let start = try #require(message.indices.first { message[$0...].starts(with: name) })
    // The same length, so that the message around it stays whole.
    let padded = text + [UInt8](repeating: 0x61, count: name.count - text.count)
    var changed = message
    changed.replaceSubrange(start..<start + name.count, with: padded)

    #expect(throws: RecordFile.Malformed.self) {
      try RecordFile.decodeArtifact(RecordFile.seal(changed))
    }
  }
}
