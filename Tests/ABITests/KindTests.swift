import ABI
import Testing

@Suite struct KindTests {
  @Test(arguments: [
    "uint8", "uint256", "int24", "bool", "address", "bytes", "bytes1", "bytes32", "string",
    "uint256[]", "uint256[3][]", "(uint256,(bytes32,string)[])[4]", "bool[65536]",
  ])
  func `a canonical name is read and written`(name: String) {
    #expect(Kind(name)?.description == name)
  }

  @Test(arguments: [
    "", "uint", "uint7", "uint0", "uint264", "uint08", "int", "bytes0", "bytes33", "bytes032",
    "Bool", "bool ", "()", "(bool", "bool)", "(bool,)", "bool[", "bool[0]", "bool[-1]",
    "bool[65537]", "bool[256][257]", "bool[99999999999999999999]", "fixed128x18", "uint²",
    String(repeating: "(", count: 100_000),
    "bool" + String(repeating: "[]", count: 17),
    "bool" + String(repeating: "[65536]", count: 9),
  ])
  func `what names no type is refused`(name: String) {
    #expect(Kind(name) == nil)
  }
}
