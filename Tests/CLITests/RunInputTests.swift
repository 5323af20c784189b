import Schema
import Testing

@testable import gensyn

@Suite
struct RunInputTests {
  @Test
  func `numbers on the command line become tensors`() throws {
    let table = try #require(try InlineTensor("int64:[[1,-2],[3,4]]")).message("x")
    let scalar = try #require(try InlineTensor("float32:1.5")).message("x")
    let flags = try #require(try InlineTensor("bool:[true,false,1]")).message("x")

    #expect(table.dimensions == [2, 2] && table.data.count == 32)
    #expect(Array(table.data[8..<16]) == [0xfe] + [UInt8](repeating: 0xff, count: 7))
    #expect(scalar.dimensions.isEmpty && Array(scalar.data) == [0, 0, 0xc0, 0x3f])
    #expect(flags.dataType == .bool && Array(flags.data) == [1, 0, 1])
  }

  @Test(arguments: ["int64:[[1],[2,3]]", "int8:300", "uint8:-1", "int32:1.5", "float32:[1,[2]]"])
  func `what is no array of its type is refused`(text: String) throws {
    #expect(throws: UserError.self) { try InlineTensor(text)?.message("x") }
  }

  @Test
  func `a file's name is no number`() throws {
    let tensor = try InlineTensor("inputs/x.npy")

    #expect(tensor == nil)
  }

  @Test
  func `sizes are read with their units`() throws {
    #expect(try ByteCount.parse("1000") == 1000)
    #expect(try ByteCount.parse("512M") == 512_000_000)
    #expect(try ByteCount.parse("2GiB") == 2 << 30)
    for text in ["", "M", "1.5G", "-1", "99999999999T"] {
      #expect(throws: UserError.self) { try ByteCount.parse(text) }
    }
  }
}
