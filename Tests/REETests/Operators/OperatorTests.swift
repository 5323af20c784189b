import ModelFixtures
import REE
import Testing

@Suite
struct OperatorTests {
  private func floats(_ values: Float...) throws -> Tensor {
    try Tensor(floats: values, shape: [values.count])
  }

  private func ints(_ values: Int64...) throws -> Tensor {
    try Tensor(int64s: values, shape: [values.count])
  }

  private func bits(_ tensor: Tensor) -> [UInt32] { tensor.floats?.map(\.bitPattern) ?? [] }

  @Test
  func `integers wrap around, and dividing by zero gives zero`() throws {
    let quotients = try Executor.apply("Div", [ints(7, .min, -7), ints(0, -1, 2)])
    let sums = try Executor.apply("Add", [ints(.max), ints(1)])
    let rests = try Executor.apply("Mod", [ints(-7, 7, 5, .min), ints(3, -3, 0, -1)])

    #expect(quotients[0].int64s == [0, .min, -3])
    #expect(sums[0].int64s == [.min])
    #expect(rests[0].int64s == [2, -2, 0, 0])
  }

  @Test
  func `every NaN becomes the canonical one`() throws {
    let odd = Float(bitPattern: 0xffc1_2345)
    let x = try floats(odd, .infinity, 0)

    let copied = try Executor.apply("Neg", [x])
    let made = try Executor.apply("Sub", [floats(.infinity), floats(.infinity)])

    #expect(bits(copied[0])[0] == 0x7fc0_0000)
    #expect(bits(made[0]) == [0x7fc0_0000])
  }

  @Test
  func `zeros have an order and NaN wins`() throws {
    let largest = try Executor.apply("Max", [floats(-0.0, .nan, 1), floats(0, 1, .nan)])
    let smallest = try Executor.apply("Min", [floats(0, .nan, 1), floats(-0.0, 1, .nan)])

    #expect(bits(largest[0]) == [0, 0x7fc0_0000, 0x7fc0_0000])
    #expect(bits(smallest[0]) == [0x8000_0000, 0x7fc0_0000, 0x7fc0_0000])
    #expect(try bits(Executor.apply("Relu", [floats(-0.0)])[0]) == [0])
  }

  @Test
  func `ties go to the lower index`() throws {
    let x = try floats(1, 3, 3, 2)

    let top = try Executor.apply("TopK", [x, ints(3)], outputs: 2)
    let least = try Executor.apply("ArgMax", [x], [ONNX.int("axis", 0)])

    #expect(top[0].floats == [3, 3, 2])
    #expect(top[1].int64s == [1, 2, 3])
    #expect(least[0].int64s == [1])
  }

  @Test
  func `products are summed in blocks of 256`() throws {
    // The first block's sum absorbs every later 1 of a single chain, but not their block's sum.
    let count = 512
    var row = [Float](repeating: 1, count: count)
    row[0] = 33_554_432
    let a = try Tensor(floats: row, shape: [1, count])
    let b = try Tensor(floats: [Float](repeating: 1, count: count), shape: [count, 1])

    for implementation in [Implementation.reference, .kernels] {
      let product = try Executor.apply("MatMul", [a, b], implementation: implementation)

      #expect(product[0].floats == [33_554_432 + 256])
    }
  }

  @Test
  func `kernels give the bits of the definitions`() throws {
    var state: UInt64 = 88_172_645_463_325_252
    func random() -> Float {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 268_435_456
    }
    func tensor(_ shape: [Int]) throws -> Tensor {
      try Tensor(floats: (0..<shape.reduce(1, *)).map { _ in random() }, shape: shape)
    }
    let cases: [(String, [Tensor], [Message])] = try [
      ("MatMul", [tensor([2, 3, 300]), tensor([300, 5])], []),
      (
        "Gemm", [tensor([300, 3]), tensor([4, 300]), tensor([4])],
        [ONNX.int("transA", 1), ONNX.int("transB", 1), ONNX.float("alpha", 0.3)]
      ),
      (
        "Conv", [tensor([2, 4, 7, 6]), tensor([6, 2, 3, 3]), tensor([6])],
        [ONNX.int("group", 2), ONNX.ints("pads", [1, 0, 1, 2]), ONNX.ints("strides", [2, 1])]
      ),
      ("Conv", [tensor([1, 3, 9]), tensor([3, 1, 4])], [ONNX.int("group", 3)]),
      ("Softmax", [tensor([3, 70])], []),
      ("LogSoftmax", [tensor([3, 70])], []),
      ("LayerNormalization", [tensor([4, 50]), tensor([50]), tensor([50])], []),
      ("Add", [tensor([3, 1, 5]), tensor([4, 1])], []),
      ("Mul", [tensor([3, 4, 5]), tensor([])], []),
      ("ReduceMean", [tensor([3, 5000])], [ONNX.ints("axes", [1])]),
      ("Exp", [tensor([100])], []),
      ("Erf", [tensor([100])], []),
      ("Tanh", [tensor([100])], []),
      ("Sigmoid", [tensor([100])], []),
      ("Softplus", [tensor([100])], []),
      ("LeakyRelu", [tensor([100])], []),
      ("HardSigmoid", [tensor([100])], []),
    ]

    for (operation, inputs, attributes) in cases {
      let fast = try Executor.apply(operation, inputs, attributes)
      let slow = try Executor.apply(
        operation, inputs, attributes, implementation: .reference)

      #expect(fast[0].isIdentical(to: slow[0]), "\(operation)")
    }
  }

  @Test
  func `old versions have their own meaning`() throws {
    let x = try Tensor(floats: [0, 0, 0, 0], shape: [2, 2])

    let old = try Executor.apply("Softmax", [x], opset: 11, [ONNX.int("axis", 0)])
    let new = try Executor.apply("Softmax", [x], opset: 13, [ONNX.int("axis", 0)])
    let clipped = try Executor.apply(
      "Clip", [floats(-5, 5)], opset: 6, [ONNX.float("min", -1), ONNX.float("max", 2)])

    #expect(old[0].floats == [0.25, 0.25, 0.25, 0.25])
    #expect(new[0].floats == [0.5, 0.5, 0.5, 0.5])
    #expect(clipped[0].floats == [-1, 2])
  }

  @Test
  func `slices run backwards and past the ends`() throws {
    let x = try floats(0, 1, 2, 3, 4)

    let backwards = try Executor.apply(
      "Slice", [x, ints(.max), ints(.min), ints(0), ints(-2)])
    let empty = try Executor.apply("Slice", [x, ints(4), ints(2)])

    #expect(backwards[0].floats == [4, 2, 0])
    #expect(empty[0].shape == [0])
  }

  @Test
  func `indices outside are refused`() throws {
    let x = try floats(0, 1, 2)
    let place = ModelError.Place.node(name: "", operator: "Gather")

    for index in [3, -4, Int64.max, .min] {
      let indices = try ints(index)
      #expect(
        throws: ExecutionError.node(place, .operation(.index(Int(index), size: 3)))
      ) { try Executor.apply("Gather", [x, indices]) }
    }
  }

  @Test
  func `half precision is rounded once for each operator`() throws {
    let x = try Tensor(floats: [1, 0.0004], shape: [2])
    let half = try Executor.apply("Cast", [x], [ONNX.int("to", 10)])[0]

    let sum = try Executor.apply("ReduceSum", [half], [ONNX.int("keepdims", 0)])[0]

    #expect(sum.elementType == .float16)
    #expect(sum.numbers == [1])
  }

  @Test
  func `the catalogue has one version for each name`() {
    let names = Semantics.entries.map(\.name)

    #expect(names == names.sorted())
    #expect(Set(names).count == names.count)
    #expect(names.count > 180)
    #expect(names.contains("MatMul"))
  }
}
