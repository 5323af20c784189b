import GraphRuns
import Primitives
import REE
import Testing

@Suite
struct RunParametersTests {
  private static let full: RunParameters = {
    var parameters = RunParameters()
    parameters.files = [.init(name: "weights.bin", hash: BLAKE3.hash([1]))]
    parameters.inputs = [
      .init(name: "x", dataType: 1, dimensions: [2, 3], content: BLAKE3.hash([2])),
      .init(name: "scalar", dataType: 8, dimensions: [], content: BLAKE3.hash([3])),
    ]
    parameters.texts = ["", "two\nlines"]
    parameters.tokenizer = BLAKE3.hash([4])
    parameters.outputNames = ["y"]
    return parameters
  }()

  @Test(arguments: [full, RunParameters()])
  func `parameters are read as they were written`(parameters: RunParameters) throws {
    let read = try RunParameters(bytes: parameters.bytes)

    #expect(read == parameters)
    #expect(read.hash == BLAKE3.hash(parameters.bytes))
  }

  @Test
  func `what is cut or goes on is refused`() {
    let bytes = Self.full.bytes

    for count in bytes.indices {
      #expect(throws: RunParameters.Malformed.self) {
        try RunParameters(bytes: Array(bytes.prefix(count)))
      }
    }
    #expect(throws: RunParameters.Malformed.self) { try RunParameters(bytes: bytes + [0]) }
  }

  @Test
  func `a changed byte is refused or is another request`() {
    let bytes = Self.full.bytes

    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      guard let read = try? RunParameters(bytes: changed) else { continue }
      #expect(read != Self.full)
      #expect(read.bytes == changed)
    }
  }

  @Test
  func `a list that claims to be endless is refused`() {
    // An array of six whose first list claims 2^32 files.
    let bytes: [UInt8] = [0x86, 0x01, 0x9B, 0, 0, 0, 1, 0, 0, 0, 0]

    #expect(throws: RunParameters.Malformed.self) { try RunParameters(bytes: bytes) }
  }

  @Test
  func `a tensor is named by its elements and read again`() throws {
    let tensor = try Tensor(floats: [1, 2, 3, 4, 5, 6], shape: [2, 3])

    let input = try RunParameters.Input("x", tensor)

    #expect(input.content == BLAKE3.hash(tensor.bytes))
    #expect(try input.tensor(tensor.bytes).isIdentical(to: tensor))
    #expect(throws: RunRefusal.self) { try input.tensor([0]) }
  }
}
