import ModelFixtures
import REE
import Synchronization
import Testing

@Suite
struct ModelFuzzTests {
  private static let seeds: [[UInt8]] = [
    ONNX.model(
      ONNX.graph(
        [
          ONNX.node("MatMul", ["x", "w"], ["h"]), ONNX.node("Add", ["h", "b"], ["s"]),
          ONNX.node("Softmax", ["s"], ["y"], [ONNX.int("axis", 1)]),
        ], inputs: [ONNX.value("x", 1, [2, 3])], outputs: [ONNX.value("y")],
        initializers: [
          ONNX.floats("w", [3, 2], [1, 2, 3, 4, 5, 6]), ONNX.floats("b", [2], [1, -1]),
        ])),
    ONNX.model(
      ONNX.graph(
        [
          ONNX.node(
            "Conv", ["x", "w"], ["h"], [ONNX.ints("pads", [1, 1]), ONNX.ints("strides", [2])]),
          ONNX.node("MaxPool", ["h"], ["p"], [ONNX.ints("kernel_shape", [2])]),
          ONNX.node("Transpose", ["p"], ["t"], [ONNX.ints("perm", [2, 0, 1])]),
          ONNX.node("Reshape", ["t", "shape"], ["r"]),
          ONNX.node("Slice", ["r", "start", "end"], ["c"]),
          ONNX.node("Pad", ["c", "pads"], ["y"], [ONNX.string("mode", "reflect")]),
        ], inputs: [ONNX.value("x", 1, [1, 2, 6])], outputs: [ONNX.value("y")],
        initializers: [
          ONNX.floats("w", [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), ONNX.int64s("shape", [1], [-1]),
          ONNX.int64s("start", [1], [0]), ONNX.int64s("end", [1], [3]),
          ONNX.int64s("pads", [2], [1, 1]),
        ])),
    ONNX.model(
      ONNX.graph(
        [
          ONNX.node(
            "Loop", ["n", "", "x"], ["y", "all"],
            [
              ONNX.graph(
                "body",
                ONNX.graph(
                  [
                    ONNX.node("Identity", ["go"], ["on"]),
                    ONNX.node("Mul", ["state", "two"], ["next"]),
                    ONNX.node("Identity", ["next"], ["scan"]),
                  ], inputs: [ONNX.value("i", 7), ONNX.value("go", 9), ONNX.value("state")],
                  outputs: [ONNX.value("on", 9), ONNX.value("next"), ONNX.value("scan")]))
            ]),
          ONNX.node("Resize", ["all", "", "scales"], ["big"], [ONNX.string("mode", "linear")]),
          ONNX.node("Tile", ["big", "repeats"], ["z"]),
          ONNX.node("Gather", ["z", "start"], ["g"]),
          ONNX.node("OneHot", ["start", "n", "pair"], ["hot"]),
        ], inputs: [ONNX.value("x", 1, [2])],
        outputs: [ONNX.value("y"), ONNX.value("g"), ONNX.value("hot")],
        initializers: [
          ONNX.int64s("n", [], [3]), ONNX.floats("two", [], [2]),
          ONNX.floats("scales", [2], [2, 1.5]), ONNX.int64s("repeats", [2], [2, 1]),
          ONNX.int64s("start", [1], [0]), ONNX.floats("pair", [2], [0, 1]),
        ])),
  ]

  private func run(_ bytes: [UInt8]) -> Bool {
    guard let model = try? Model(onnx: bytes), let executor = try? Executor(model) else {
      return false
    }
    var inputs: [String: Value] = [:]
    for input in model.requiredInputs {
      guard case .tensor(_, let shape) = model.type(of: input) else { return false }
      let sizes = (shape ?? []).map { if case .fixed(let size) = $0 { min(size, 64) } else { 2 } }
      guard sizes.reduce(1, *) < 4096,
        let tensor = try? Tensor(
          floats: [Float](repeating: 0.5, count: sizes.reduce(1, *)), shape: sizes)
      else { return false }
      inputs[model.name(of: input)] = .tensor(tensor)
    }
    let asked = Mutex(0)
    var options = Executor.Options()
    options.memoryMax = 1 << 20
    options.isCancelled = {
      asked.withLock {
        $0 += 1; return $0 > 200
      }
    }
    return (try? executor.run(inputs, options)) != nil
  }

  @Test
  func `the models run as they are`() {
    #expect(Self.seeds.map { run($0) } == [true, true, true])
  }

  @Test
  func `no mutation of a model is a crash`() {
    var state: UInt64 = 88_172_645_463_325_252
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 33) % max(bound, 1)
    }
    var ran = 0
    for round in 0..<4000 {
      var bytes = Self.seeds[round % Self.seeds.count]
      for _ in 0...random(3) {
        let place = random(bytes.count)
        switch random(5) {
        case 0: bytes[place] ^= 1 << UInt8(random(8))
        case 1: bytes[place] = [0, 1, 2, 0x7f, 0x80, 0xff][random(6)]
        case 2: bytes[place] = bytes[random(bytes.count)]
        case 3: bytes.remove(at: place)
        default: bytes.insert(UInt8(random(256)), at: place)
        }
      }
      if run(bytes) { ran += 1 }
    }

    #expect(ran > 100)
    #expect(ran < 4000)
  }
}
