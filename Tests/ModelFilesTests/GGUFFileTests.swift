import ModelFixtures
import Testing

@testable import ModelFiles

@Suite
struct GGUFFileTests {
  static func sample() -> GGUFBuilder {
    var builder = GGUFBuilder()
    builder.values = [
      ("general.architecture", .string("llama")), ("general.alignment", .uint32(32)),
      ("a.u8", .uint8(200)), ("a.i8", .int8(-3)), ("a.u16", .uint16(65_535)),
      ("a.i16", .int16(-5)), ("a.i32", .int32(-6)), ("a.f32", .float32(0.5)),
      ("a.bool", .bool(true)), ("a.u64", .uint64(.max)), ("a.i64", .int64(.min)),
      ("a.f64", .float64(-2.5)), ("a.texts", .strings(["", "ä", "Ġt"])),
      ("a.numbers", .integers([1, -1, .max])), ("a.reals", .floats([0.25])),
      ("a.nested", .array([.array([.bool(true), .bool(false)]), .integers([])])),
    ]
    builder.add("one", float32: [1, 2, 3, 4, 5, 6], lengths: [3, 2])
    builder.tensors.append(
      GGUFBuilder.Tensor(
        "two", type: 8, lengths: [32, 2], bytes: [UInt8](repeating: 1, count: 68)))
    builder.add("scalar", float32: [7], lengths: [])
    return builder
  }

  @Test
  func `reads every type of value, and where tensors lie`() throws {
    let builder = Self.sample()
    let bytes = builder.build()

    let file = try Self.read(bytes)

    #expect(file.metadata.keys == builder.values.map(\.key))
    for (key, value) in builder.values { #expect(file.metadata[key] == value, "\(key)") }
    let one = try #require(file.tensors["one"])
    #expect(one.shape == [2, 3])
    #expect(one.encoding == .float32)
    #expect(bytes[one.bytes] == builder.tensors[0].bytes[...])
    let two = try #require(file.tensors["two"])
    #expect(two.shape == [2, 32])
    #expect(bytes[two.bytes] == builder.tensors[1].bytes[...])
    #expect(file.tensors["scalar"]?.elementCount == 1)
    #expect(file.tensors["three"] == nil)
  }

  @Test
  func `reads a file without anything in it`() throws {
    let file = try Self.read(GGUFBuilder().build())
    #expect(file.tensors.entries.isEmpty)
    #expect(file.metadata.keys.isEmpty)
  }

  @Test
  func `refuses every cut`() {
    let bytes = Self.sample().build()
    // The padding behind the last tensor is not missed.
    for count in 0..<bytes.count - 28 {
      #expect(throws: GGUFMalformed.self) { try Self.read(Array(bytes[..<count])) }
    }
  }

  static func read(
    _ bytes: [UInt8], limits: GGUFFile.Limits = GGUFFile.Limits()
  ) throws(GGUFMalformed) -> GGUFFile {
    try GGUFFile(bytes.span, limits: limits)
  }

  static let wrong: [(GGUFMalformed, @Sendable (inout GGUFBuilder) -> Void)] = [
    (.version(2), { $0.version = 2 }),
    (.version(0x0300_0000), { $0.version = 0x0300_0000 }),
    (.duplicateKey("a.u8"), { $0.values.append(("a.u8", .bool(false))) }),
    (.text(.key, offset: 24), { $0.values.insert(("", .bool(false)), at: 0) }),
    (.alignment, { $0.values[1].value = .uint32(24) }),
    (.alignment, { $0.values[1].value = .string("32") }),
    (.alignment, { $0.values[1].value = .uint32(1 << 20) }),
    (
      .arrayDepth(key: "deep"),
      { $0.values.append(("deep", .array([.array([.array([.array([.array([])])])])]))) }
    ),
    (.duplicateTensor("one"), { $0.tensors[1].name = "one" }),
    (.encoding(99, tensor: "two"), { $0.tensors[1].type = 99 }),
    (.shape(tensor: "two"), { $0.tensors[1].lengths = [2, 32] }),
    (.shape(tensor: "one"), { $0.tensors[0].lengths = [1, 1, 1, 1, 6] }),
    (.shape(tensor: "one"), { $0.tensors[0].lengths = [.max] }),
    (.shape(tensor: "one"), { $0.tensors[0].lengths = [1 << 62, 1 << 62] }),
    (.shape(tensor: "one"), { $0.tensors[0].lengths = [1 << 62] }),
    (.outside(tensor: "one"), { $0.tensors[0].lengths = [1 << 40] }),
    (.outside(tensor: "two"), { $0.tensors[1].offset = 1 << 40 }),
    (.outside(tensor: "two"), { $0.tensors[1].offset = UInt64.max - 31 }),
    (.misaligned(tensor: "two", offset: 33), { $0.tensors[1].offset = 33 }),
    (.overlap("one", "two"), { $0.tensors[1].offset = 0 }),
  ]

  @Test(arguments: wrong.indices)
  func `says what is wrong`(index: Int) {
    let (malformed, spoil) = Self.wrong[index]
    var builder = Self.sample()
    spoil(&builder)
    let bytes = builder.build()

    #expect(throws: malformed) { try Self.read(bytes) }
  }

  @Test
  func `refuses counts that the file cannot hold`() {
    var bytes = Self.sample().build()
    for offset in 8..<16 { bytes[offset] = 0xFF }
    #expect(throws: GGUFMalformed.tooMany(.tensors, count: .max, offset: 8)) {
      try Self.read(bytes)
    }
    var limits = GGUFFile.Limits()
    limits.metadataCountMax = 3
    let whole = Self.sample().build()
    #expect(throws: GGUFMalformed.tooMany(.metadata, count: 16, offset: 16)) {
      try Self.read(whole, limits: limits)
    }
  }

  @Test
  func `survives changed bytes`() {
    let bytes = Self.sample().build()
    var random = RandomNumbers(seed: 1)
    var accepted = 0
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let offset = Int.random(in: 0..<damaged.count, using: &random)
        damaged[offset] =
          [0, 1, 0x7F, 0xFF, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random) ?? 0
      }
      // Some changes make another valid file; none may trap, and what is accepted holds.
      guard let file = try? Self.read(damaged) else { continue }
      accepted += 1
      for tensor in file.tensors.entries where tensor.bytes.upperBound > damaged.count {
        Issue.record("\(tensor.name) lies outside")
      }
    }
    #expect(accepted > 1_000)
    #expect(accepted < 19_000)
  }
}
