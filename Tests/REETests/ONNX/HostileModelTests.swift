import Files
import Foundation
import ModelFixtures
import REE
import Testing

@Suite
struct HostileModelTests {
  private static let relu = ONNX.single("Relu", inputs: [1])

  private func error(of bytes: [UInt8], _ limits: ModelLimits = ModelLimits()) -> ModelError? {
    do throws(ModelError) {
      _ = try Executor(try Model(onnx: bytes, limits: limits))
      return nil
    } catch {
      return error
    }
  }

  private func model(
    _ nodes: [Message], initializers: [Message] = [], outputs: [String] = ["y"]
  ) -> [UInt8] {
    ONNX.model(
      ONNX.graph(
        nodes, inputs: [ONNX.value("x")], outputs: outputs.map { ONNX.value($0) },
        initializers: initializers))
  }

  @Test
  func `a whole model is read`() throws {
    let model = try Model(onnx: Self.relu)

    #expect(model.graph.nodes.map(\.operation.name) == ["Relu"])
    #expect(model.opsets == ["": 17])
  }

  @Test
  func `every piece of a model is refused or read, never a crash`() {
    for count in 0..<Self.relu.count {
      _ = error(of: Array(Self.relu.prefix(count)))
    }

    #expect(error(of: []) == .missing(.graph, .model))
    #expect(error(of: Array(Self.relu.prefix(Self.relu.count - 1))) == .notAModel)
  }

  @Test
  func `messages inside messages end at the limit`() {
    var message = Message()
    for _ in 0..<20_000 {
      // A graph in an attribute in a node in a graph.
      var attribute = Message()
      attribute.add(6, message)
      var node = Message()
      node.add(5, attribute)
      message = Message()
      message.add(1, node)
      guard message.bytes.count < 300_000 else { break }
    }

    #expect(error(of: ONNX.model(message)) == .nestedTooDeep(limit: ModelLimits().nestingMax))
  }

  @Test
  func `a small file cannot ask for much memory`() {
    // Two bytes each, and a structure of a hundred and more in memory.
    var graph = Message()
    for _ in 0..<300_000 { graph.add(1, Message()) }
    let bytes = ONNX.model(graph)
    let limits = ModelLimits()

    let limit = bytes.count * limits.parsedSizeFactor + limits.parsedSizeMin
    #expect(error(of: bytes) == .memory(limit: limit))
  }

  @Test
  func `text must be UTF-8 without NUL`() {
    var node = Message()
    node.add(4, [0x52, 0x00, 0x65])
    var invalid = Message()
    invalid.add(4, [0xff, 0xfe])

    #expect(error(of: model([node])) == .text(.node(name: "", operator: "")))
    #expect(error(of: model([invalid])) == .text(.node(name: "", operator: "")))
  }

  @Test
  func `nodes that feed each other are refused`() {
    let nodes = [
      ONNX.node("Add", ["x", "b"], ["a"], name: "first"), ONNX.node("Relu", ["a"], ["b"]),
      ONNX.node("Relu", ["b"], ["y"]),
    ]

    #expect(error(of: model(nodes)) == .cyclic(.node(name: "first", operator: "Add")))
  }

  @Test
  func `nodes in any order are sorted`() throws {
    let nodes = [ONNX.node("Relu", ["a"], ["y"]), ONNX.node("Neg", ["x"], ["a"])]

    let graph = try Model(onnx: model(nodes)).graph

    #expect(graph.nodes.map(\.operation.name) == ["Neg", "Relu"])
  }

  @Test
  func `what nothing makes is named`() {
    let nodes = [ONNX.node("Relu", ["missing"], ["y"], name: "n")]

    #expect(
      error(of: model(nodes)) == .undefinedValue("missing", .node(name: "n", operator: "Relu")))
    #expect(error(of: model([])) == .undefinedValue("y", .graph("g")))
  }

  @Test
  func `a value is made once`() {
    let nodes = [ONNX.node("Relu", ["x"], ["y"]), ONNX.node("Neg", ["x"], ["y"], name: "second")]
    let constant = ONNX.floats("c", [], [1])

    #expect(
      error(of: model(nodes)) == .duplicateName("y", .node(name: "second", operator: "Neg")))
    #expect(
      error(of: model([ONNX.node("Relu", ["x"], ["y"])], initializers: [constant, constant]))
        == .duplicateName("c", .graph("g")))
  }

  @Test(arguments: [-1, 1 << 40, Int.min, Int.max])
  func `a dimension has its bounds`(size: Int) {
    let tensor = ONNX.tensor("t", 1, [size], raw: [])
    let expected: TensorError =
      size < 0
      ? .negativeDimension(size) : .dimensionTooLarge(size, limit: Tensor.dimensionMax)

    #expect(error(of: model([], initializers: [tensor])) == .tensor(expected, .tensor("t")))
  }

  @Test
  func `dimensions whose product is too large are refused`() {
    let shape = [1 << 30, 1 << 30, 1 << 30]

    #expect(
      error(of: model([], initializers: [ONNX.tensor("t", 1, shape, raw: [])]))
        == .tensor(.sizeTooLarge(shape: shape, limit: Tensor.sizeBytesMax), .tensor("t")))
  }

  @Test
  func `a tensor has the bytes of its shape`() {
    let short = ONNX.tensor("t", 1, [2], raw: [0, 0, 0, 0])
    let unknown = ONNX.tensor("t", 99, [1], raw: [0])

    #expect(
      error(of: model([], initializers: [short]))
        == .tensor(.count(expected: 8, found: 4), .tensor("t")))
    #expect(
      error(of: model([], initializers: [unknown])) == .unknownElementType(99, .tensor("t")))
  }

  @Test
  func `versions that do not exist are refused`() {
    let graph = ONNX.graph([ONNX.node("Relu", ["x"], ["y"])], inputs: [ONNX.value("x")])

    #expect(
      error(of: ONNX.model(graph, opset: 99))
        == .unknownVersion(domain: "", 99, supported: 1...28))
  }

  @Test
  func `operators are checked before the run`() {
    let place = ModelError.Place.node(name: "n", operator: "Relu")
    let unknown = ONNX.node("Nonsense", ["x"], ["y"], name: "n")
    let inputs = ONNX.node("Relu", ["x", "x"], ["y"], name: "n")
    let attribute = ONNX.node("Relu", ["x"], ["y"], name: "n", [ONNX.int("slope", 1)])
    let type = ONNX.node("Flatten", ["x"], ["y"], name: "n", [ONNX.float("axis", 1)])

    #expect(
      error(of: model([unknown]))
        == .unknownOperator(
          domain: "", name: "Nonsense", version: 17, .node(name: "n", operator: "Nonsense")))
    #expect(error(of: model([inputs])) == .operatorInputs(found: 2, accepted: 1...1, place))
    #expect(error(of: model([attribute])) == .unknownAttribute("slope", place))
    #expect(
      error(of: model([type]))
        == .attributeType(
          "axis", expected: "int", found: "float", .node(name: "n", operator: "Flatten")))
  }

  @Test
  func `functions that call each other without end are refused`() {
    let call = ONNX.node("F", ["a"], ["b"], domain: "local")
    let function = ONNX.function("F", inputs: ["a"], outputs: ["b"], [call])
    let bytes = ONNX.model(
      ONNX.graph(
        [ONNX.node("F", ["x"], ["y"], domain: "local")], inputs: [ONNX.value("x")],
        outputs: [ONNX.value("y")]), functions: [function], domains: ["local"])

    #expect(
      error(of: bytes)
        == .functionsTooDeep(limit: ModelLimits().functionDepthMax, .function("F")))
  }

  @Test
  func `functions that grow without bound are refused`() {
    // Each calls the next one twice: 2^30 nodes in 30 functions.
    let functions = (0..<30).map { level in
      let name = level == 29 ? "Neg" : "F\(level + 1)"
      let domain = level == 29 ? "" : "local"
      return ONNX.function(
        "F\(level)", inputs: ["a"], outputs: ["c"],
        [
          ONNX.node(name, ["a"], ["b"], domain: domain),
          ONNX.node(name, ["b"], ["c"], domain: domain),
        ])
    }
    let bytes = ONNX.model(
      ONNX.graph(
        [ONNX.node("F0", ["x"], ["y"], domain: "local")], inputs: [ONNX.value("x")],
        outputs: [ONNX.value("y")]), functions: functions, domains: ["local"])
    var limits = ModelLimits()
    limits.nodeCountMax = 1000

    #expect(error(of: bytes, limits) == .tooManyNodes(limit: 1000))
  }

  @Test
  func `a function's nodes take its place`() throws {
    let function = ONNX.function(
      "F", inputs: ["a"], outputs: ["b", "a"],
      [ONNX.node("Neg", ["a"], ["t"]), ONNX.node("Relu", ["t"], ["b"])])
    let bytes = ONNX.model(
      ONNX.graph(
        [ONNX.node("F", ["x"], ["y", "z"], domain: "local")], inputs: [ONNX.value("x")],
        outputs: [ONNX.value("y"), ONNX.value("z")]), functions: [function], domains: ["local"])

    let outcome = try Executor(Model(onnx: bytes)).run([
      "x": .tensor(try Tensor(floats: [-2, 3], shape: [2]))
    ])

    #expect(outcome.outputs.map { $0.value.tensor?.numbers } == [[2, 0], [-2, 3]])
  }
}

@Suite
struct ExternalDataTests {
  private func model(location: String, offset: String = "0", length: String = "8") -> [UInt8] {
    var tensor = Message()
    tensor.add(1, 2)
    tensor.add(2, 1)
    tensor.add(8, "w")
    for (key, value) in [("location", location), ("offset", offset), ("length", length)] {
      var pair = Message()
      pair.add(1, key)
      pair.add(2, value)
      tensor.add(13, pair)
    }
    tensor.add(14, 1)
    return ONNX.model(
      ONNX.graph(
        [ONNX.node("Neg", ["w"], ["y"])], outputs: [ONNX.value("y")], initializers: [tensor]))
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let inside = folder.appending(path: "model")
    try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let bytes = [Float(1), -2, 3].flatMap { ONNX.littleEndian($0.bitPattern) }
    try Data(bytes).write(to: folder.appending(path: "secret"))
    try Data(bytes).write(to: inside.appending(path: "weights"))
    try FileManager.default.createSymbolicLink(
      at: inside.appending(path: "link"), withDestinationURL: folder)
    try body(inside.path)
  }

  @Test
  func `data beside the model is read`() throws {
    try withFolder { folder in
      let model = try Model(
        onnx: model(location: "weights", offset: "4"), external: ExternalDataFolder(folder))

      let outcome = try Executor(model).run([:])

      #expect(outcome.outputs[0].value.tensor?.numbers == [2, -3])
    }
  }

  @Test(
    arguments: ["../secret", "/etc/passwd", "link/secret", "a/../../secret", "", "weights/../x"])
  func `nothing outside of the folder is read`(location: String) throws {
    try withFolder { folder in
      let bytes = model(location: location)

      #expect(throws: ModelError.self) {
        try Model(onnx: bytes, external: ExternalDataFolder(folder))
      }
    }
  }

  @Test(arguments: [("0", "16"), ("13", "8"), ("-1", "8"), ("0", "-8"), ("0", "4"), ("x", "8")])
  func `a range must be in the file and fit the tensor`(offset: String, length: String) throws {
    try withFolder { folder in
      let bytes = model(location: "weights", offset: offset, length: length)

      #expect(throws: ModelError.self) {
        try Model(onnx: bytes, external: ExternalDataFolder(folder))
      }
    }
  }

  @Test
  func `a model that came alone has no such data`() {
    let bytes = model(location: "weights")

    #expect(throws: ModelError.externalData(.noFiles, .tensor("w"))) { try Model(onnx: bytes) }
  }
}
