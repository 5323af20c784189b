import RPC
import Testing

@Suite
struct MetadataTests {
  @Test
  func `names have no case`() {
    var metadata: Metadata = ["X-Key": "one"]

    #expect(metadata["x-key"] == "one")
    #expect(metadata["X-KEY"] == "one")
    metadata["X-Key"] = "two"
    #expect(metadata.texts("x-key") == ["two"])
    metadata["X-key"] = nil
    #expect(metadata.isEmpty)
  }

  @Test
  func `values of one name keep their order`() {
    var metadata: Metadata = ["a": "1", "b": "2", "a": "3"]
    metadata.append([1, 2], for: "a-bin")
    metadata.append([], for: "a-bin")

    #expect(metadata.texts("a") == ["1", "3"])
    #expect(metadata.binaries("a-bin") == [[1, 2], []])
  }
}
