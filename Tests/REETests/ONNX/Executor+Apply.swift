import ModelFixtures
import REE

extension Executor {
  /// Runs a model of one node.
  static func apply(
    _ operation: String, _ inputs: [Tensor], outputs: Int = 1, opset: Int = 17,
    _ attributes: [Message] = [], implementation: Implementation = .kernels
  ) throws -> [Tensor] {
    let bytes = ONNX.single(
      operation, inputs: inputs.map { Int($0.elementType.rawValue) }, outputs: outputs,
      opset: opset, attributes)
    var options = Options()
    options.implementation = implementation
    let outcome = try Executor(Model(onnx: bytes)).run(
      Dictionary(
        uniqueKeysWithValues: inputs.enumerated().map { ("x\($0)", Value.tensor($1)) }), options)
    return outcome.outputs.compactMap(\.value.tensor)
  }
}
