import ModelFixtures
import REE
import Testing

@Suite
struct TensorTests {
  private func cast(_ values: [Float], to type: ElementType) throws -> Tensor {
    try Executor.apply(
      "Cast", [try Tensor(floats: values, shape: [values.count])], opset: 25,
      [ONNX.int("to", Int(type.rawValue))])[0]
  }

  @Test
  func `storage begins at a cache line`() throws {
    let tensor = try Tensor(floats: [1, 2, 3], shape: [3])

    #expect(tensor.storageAlignment == 64)
  }

  @Test
  func `small formats round to nearest even and saturate`() throws {
    #expect(
      try cast([0.3, 448, 1000, -0.001], to: .float8e4m3fn).numbers == [
        0.3125, 448, 448, -0.001953125,
      ])
    #expect(try cast([1.25, 5, 100], to: .float4e2m1).numbers == [1, 4, 6])
    #expect(try cast([1.00390625, 1.01171875], to: .bfloat16).numbers == [1, 1.015625])
    #expect(try cast([65504, 65520], to: .float16).numbers == [65504, .infinity])
  }

  @Test
  func `fractions are dropped and integers keep their low bits`() throws {
    #expect(try cast([-1.9, 300, .nan], to: .uint8).numbers == [255, 44, 0])
    #expect(try cast([9, -9], to: .int4).numbers == [-7, 7])
  }
}
