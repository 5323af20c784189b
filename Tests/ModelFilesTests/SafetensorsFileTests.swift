import ModelFixtures
import Testing

@testable import ModelFiles

@Suite
struct SafetensorsFileTests {
  static func file(_ header: String, dataCount: Int) -> [UInt8] {
    let text = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) } + text
      + (0..<dataCount).map { UInt8(truncatingIfNeeded: $0) }
  }

  static func read(_ bytes: [UInt8]) throws(SafetensorsMalformed) -> SafetensorsFile {
    try SafetensorsFile(bytes.span)
  }

  static let header = """
    {"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16]},\
    "a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},\
    "empty":{"dtype":"I64","shape":[0,7],"data_offsets":[4,4]}}
    """

  @Test
  func `reads texts and where tensors lie`() throws {
    let bytes = Self.file(Self.header, dataCount: 16)

    let file = try Self.read(bytes)

    #expect(file.metadata == ["format": "pt"])
    #expect(file.tensors["b"]?.shape == [2, 3])
    #expect(file.tensors["b"]?.encoding == .float16)
    #expect(bytes[try #require(file.tensors["a"]).bytes] == [0, 1, 2, 3])
    #expect(file.tensors["empty"]?.elementCount == 0)
  }

  static let wrong: [(SafetensorsMalformed, String, Int)] = [
    (.header(.syntax(.value, offset: 0)), "x", 0),
    (.header(nil), "[]", 0),
    (.metadata, #"{"__metadata__":{"a":1}}"#, 0),
    (.description(tensor: "a"), #"{"a":{"dtype":"F32","shape":[1]}}"#, 4),
    (
      .description(tensor: "a"),
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":0}}"#, 4
    ),
    (.description(tensor: "a"), #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4.0]}}"#, 4),
    (
      .encoding("Q4_0", tensor: "a"),
      #"{"a":{"dtype":"Q4_0","shape":[1],"data_offsets":[0,4]}}"#, 4
    ),
    (.shape(tensor: "a"), #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
    (.shape(tensor: "a"), #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
    (
      .shape(tensor: "a"),
      #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0
    ),
    (.outside(tensor: "a"), #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4),
    (.outside(tensor: "a"), #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
    (
      .overlap("a", "b"),
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#,
      4
    ),
    (.hole(offset: 8 + 53), #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2),
    (.hole(offset: 8 + 53 + 1), #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 2),
    (
      .header(.duplicateKey("a", offset: 53)),
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":0}"#, 1
    ),
  ]

  @Test(arguments: wrong)
  func `says what is wrong`(malformed: SafetensorsMalformed, header: String, dataCount: Int) {
    let bytes = Self.file(header, dataCount: dataCount)
    #expect(throws: malformed) { try Self.read(bytes) }
  }

  @Test
  func `refuses lengths beyond the file or the limit`() {
    #expect(throws: SafetensorsMalformed.cut) { try Self.read([1, 2]) }
    let cut: [UInt8] = [100, 0, 0, 0, 0, 0, 0, 0, 0x7B]
    #expect(throws: SafetensorsMalformed.cut) { try Self.read(cut) }
    let long = [UInt8](repeating: 0xFF, count: 9)
    #expect(throws: SafetensorsMalformed.headerLength(.max, max: 100_000_000)) {
      try Self.read(long)
    }
  }

  @Test
  func `survives changed bytes`() {
    let bytes = Self.file(Self.header, dataCount: 16)
    var random = RandomNumbers(seed: 2)
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] =
          Array("{}[],:\"0129.e-\\ ".utf8).randomElement(using: &random) ?? 0
      }
      _ = try? Self.read(damaged)
    }
  }
}
