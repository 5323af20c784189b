import ArrayFiles
import REE
import Testing

@Suite
struct NPYTests {
  private func array(_ header: String, _ elements: [UInt8]) -> [UInt8] {
    [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
      + elements
  }

  @Test
  func `what is written reads back`() throws {
    let tensors = [
      try Tensor(floats: [1, -2.5, .infinity, 0, 5, 6], shape: [2, 3]),
      try Tensor(int64s: [], shape: [0, 4]),
      try Tensor(bools: [true], shape: []),
      try Tensor([2], text: ["ab", "ü"]),
    ]

    for tensor in tensors {
      let file = try #require(NPY.write(tensor))
      let read = try NPY.read(file)

      #expect(read.isIdentical(to: tensor))
    }
  }

  @Test
  func `the elements begin at a multiple of 64`() throws {
    let file = try #require(NPY.write(try Tensor(floats: [1], shape: [1])))

    #expect((file.count - 4) % 64 == 0)
  }

  @Test
  func `column-major arrays are turned`() throws {
    let header = "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 2), }\n"
    let elements: [UInt8] = [0, 0, 2, 0, 1, 0, 3, 0]

    let tensor = try NPY.read(array(header, elements))

    #expect(tensor.shape == [2, 2])
    #expect(tensor.numbers == [0, 1, 2, 3])
  }

  @Test
  func `files that are no arrays are refused`() throws {
    let whole = try #require(NPY.write(try Tensor(floats: [1, 2], shape: [2])))
    for count in 0..<whole.count {
      #expect(throws: NPY.Malformed.self) { try NPY.read(Array(whole.prefix(count))) }
    }
    let object = array("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", [0])
    let huge = array(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }\n", [])
    let negative = array("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }\n", [])

    #expect(throws: NPY.Malformed.unsupportedType("|O")) { try NPY.read(object) }
    #expect(
      throws: NPY.Malformed.tensor(.dimensionTooLarge(1 << 40, limit: Tensor.dimensionMax))
    ) { try NPY.read(huge) }
    #expect(throws: NPY.Malformed.tensor(.negativeDimension(-1))) { try NPY.read(negative) }
  }
}

@Suite
struct NPZTests {
  @Test
  func `an archive reads back what was written`() throws {
    let a = try Tensor(floats: [1, 2, 3], shape: [3])
    let b = try Tensor(int64s: [4], shape: [])

    let file = try NPZ.write([("a", a), ("b", b)])
    let arrays = try NPZ.read(file)

    #expect(arrays.map(\.name) == ["a", "b"])
    #expect(arrays[0].tensor.isIdentical(to: a))
    #expect(arrays[1].tensor.isIdentical(to: b))
  }

  /// numpy.savez_compressed(a=numpy.arange(6, dtype="<f4").reshape(2, 3)), NumPy 2.
  @Test
  func `deflated archives of NumPy are read`() throws {
    let arrays = try NPZ.read(Self.compressed)

    #expect(arrays.map(\.name) == ["a"])
    #expect(arrays[0].tensor.shape == [2, 3])
    #expect(arrays[0].tensor.floats == [0, 1, 2, 3, 4, 5])
  }

  @Test
  func `damage is noticed`() throws {
    var file = try NPZ.write([("a", try Tensor(floats: [1, 2, 3], shape: [3]))])
    for count in 0..<file.count {
      #expect(throws: NPZ.Malformed.self) { try NPZ.read(Array(file.prefix(count))) }
    }
    file[file.count / 2] ^= 1

    #expect(throws: NPZ.Malformed.self) { try NPZ.read(file) }
  }

  @Test
  func `no change of an archive is a crash`() {
    for place in Self.compressed.indices {
      for value in [0, 1, 0x7f, 0x80, 0xff] as [UInt8] {
        var file = Self.compressed
        file[place] = value
        _ = try? NPZ.read(file)
      }
    }
  }

  @Test
  func `an archive has its limits`() throws {
    let file = try NPZ.write([("a", try Tensor(floats: [1, 2, 3], shape: [3]))])
    var limits = ZipArchive.Limits()
    limits.sizeBytesMax = 100

    #expect(throws: NPZ.Malformed.archive(.tooLarge(name: "a.npy", limit: 100))) {
      try NPZ.read(file, limits: limits)
    }
  }

  private static let compressed: [UInt8] = [
    0x50, 0x4b, 0x03, 0x04, 0x2d, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x4f, 0xe9,
    0x00, 0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x05, 0x00, 0x14, 0x00, 0x61, 0x2e,
    0x6e, 0x70, 0x79, 0x01, 0x00, 0x10, 0x00, 0x98, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x55,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9b, 0xec, 0x17, 0xea, 0x1b, 0x10, 0xc9, 0xc8, 0x50,
    0xc6, 0x50, 0xad, 0x9e, 0x92, 0x5a, 0x9c, 0x5c, 0xa4, 0x6e, 0xa5, 0xa0, 0x6e, 0x93, 0x66, 0xa2,
    0xae, 0xa3, 0xa0, 0x9e, 0x96, 0x5f, 0x54, 0x52, 0x94, 0x98, 0x17, 0x9f, 0x5f, 0x94, 0x92, 0x0a,
    0x12, 0x77, 0x4b, 0xcc, 0x29, 0x4e, 0x05, 0x8a, 0x17, 0x67, 0x24, 0x16, 0xa4, 0x02, 0xf9, 0x1a,
    0x46, 0x3a, 0x0a, 0xc6, 0x9a, 0x3a, 0x0a, 0xb5, 0x0a, 0x64, 0x03, 0x2e, 0x06, 0x30, 0x68, 0xb0,
    0x07, 0x12, 0x0e, 0x40, 0x04, 0xc4, 0x0d, 0x40, 0xbc, 0xc0, 0x01, 0x00, 0x50, 0x4b, 0x01, 0x02,
    0x2d, 0x03, 0x2d, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x4f, 0xe9, 0x00, 0x2a,
    0x55, 0x00, 0x00, 0x00, 0x98, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x61, 0x2e, 0x6e, 0x70, 0x79, 0x50,
    0x4b, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x33, 0x00, 0x00, 0x00, 0x8c,
    0x00, 0x00, 0x00, 0x00, 0x00,
  ]
}
