internal import Files
internal import REE

/// One model with inputs and the outputs that it must give.
struct ConformanceCase {
  let name: String
  let folder: String
  let tolerance: Tolerance

  enum Failure: Error {
    case message(String)
  }

  /// Lines of name, relative and absolute tolerance.
  init?(line: Substring, folder: String) {
    let fields = line.split(separator: "\t")
    guard fields.count == 3, let relative = Double(fields[1]), let absolute = Double(fields[2])
    else { return nil }
    name = String(fields[0])
    self.folder = "\(folder)/\(name)"
    tolerance = Tolerance(relative: relative, absolute: absolute)
  }

  /// The operators of the model, each once, the outermost graph's alone.
  private(set) var operators: [String] = []

  mutating func run() throws {
    let model = try Model(onnx: try model(), external: ExternalDataFolder(folder))
    var seen: Set<String> = []
    operators = model.graph.nodes.map(\.operation.description).filter { seen.insert($0).inserted }
    let executor = try Executor(model)
    let inputs = try inputs(of: model)
    let outcome = try executor.run(inputs)
    if !name.hasPrefix("light/") { try compareWithReference(executor, inputs, outcome) }
    for (index, output) in outcome.outputs.enumerated() {
      guard let expected = try value("output", index) else { continue }
      if let difference = tolerance.difference(output.value, expected) {
        throw Failure.message("output \(output.name): \(difference)")
      }
    }
  }

  func model() throws -> [UInt8] { try Self.read("\(folder)/model.onnx") }

  func inputs(of model: Model) throws -> [String: Value] {
    var inputs: [String: Value] = [:]
    for (index, input) in model.graph.inputs.filter({ model.constants[$0] == nil }).enumerated() {
      inputs[model.name(of: input)] = try value("input", index)
    }
    return inputs
  }

  // Kernels must give the very bits of the definitions. Whole networks would take the definitions
  // minutes.
  private func compareWithReference(
    _ executor: Executor, _ inputs: [String: Value], _ outcome: Executor.Outcome
  ) throws {
    var options = Executor.Options()
    options.implementation = .reference
    let reference = try executor.run(inputs, options)
    for (fast, slow) in zip(outcome.outputs, reference.outputs)
    where !fast.value.isIdentical(to: slow.value) {
      throw Failure.message("output \(fast.name): the kernels' bits are not the reference's")
    }
  }

  private func value(_ role: String, _ index: Int) throws -> Value? {
    let path = "\(folder)/\(role)_\(index)"
    if let bytes = try? Self.read("\(path).tensor") { return .tensor(try Tensor(onnx: bytes)) }
    if let bytes = try? Self.read("\(path).sequence") { return try Value(onnxSequence: bytes) }
    if let bytes = try? Self.read("\(path).optional") { return try Value(onnxOptional: bytes) }
    return nil
  }

  static func read(_ path: String) throws(FileError) -> [UInt8] {
    let file = try File(path, .read, followsLinks: true)
    var bytes = [UInt8](repeating: 0, count: Int(try file.sizeBytes()))
    let count = try file.read(at: 0, into: &bytes)
    bytes.removeSubrange(count...)
    return bytes
  }
}
