internal import ArgumentParser
internal import Foundation
internal import GensynClient
internal import Primitives
internal import RPC
internal import Receipts
internal import Schema
internal import SwiftProtobuf

struct Run: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Passes inputs through a model.",
    discussion: """
      The outputs go to files, their shapes to standard output, the receipt's hash to standard \
      error. The same model and inputs give the same bits on every machine; the receipt says so, \
      signed, and `gensyn ree verify` checks it. What the run will take is planned before it \
      begins: --plan shows that alone, --max-memory refuses more.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: ModelSource
  @OptionGroup var inputs: RunInputs

  @Option(
    name: .customLong("only-output"),
    help: ArgumentHelp("Only this output; may be repeated.", valueName: "name"))
  var outputNames: [String] = []

  @OptionGroup var outputs: RunOutputs

  @Option(
    help: ArgumentHelp(
      "Refuse to start if more memory is needed, such as 512M.", valueName: "bytes"),
    transform: { try ByteCount.parse($0) })
  var maxMemory: UInt64 = 0

  @Option(
    help: ArgumentHelp("Give up after so long, such as 30s.", valueName: "duration"),
    transform: DurationText.parse)
  var maxTime: Duration?

  @Flag(help: "Show what the run would take, and do not run.")
  var plan = false

  @Flag(help: "Show every node as it is reached.")
  var nodes = false

  @Option(
    help: ArgumentHelp("Write the signed receipt to this file.", valueName: "file"),
    completion: .file())
  var receiptFile: String?

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    let request = try await request(gensyn)
    if plan { return try await show(plan: request, gensyn, printer) }
    let result = try await gensyn.executions.run(request) { event in
      switch event.event {
      case .plan(let plan)?: Note.write(plan.text)
      case .progress(let progress)? where nodes:
        Note.write("node \(progress.nodesDone)")
      default: return
      }
    }
    try await outputs.write(result.outputs, gensyn)
    try Self.write(result.receipt, to: receiptFile)
    var table = Table("OUTPUT", "TYPE", "SHAPE")
    for tensor in result.outputs {
      table.add(tensor.name, tensor.typeText, tensor.shapeText, json: tensor.json)
    }
    try printer.table(table)
    Note.write("receipt \(result.receipt.hash)")
  }

  private func show(
    plan request: Gensyn_Ree_V1.RunRequest, _ gensyn: Gensyn, _ printer: Printer
  ) async throws {
    var request = request
    request.options.planOnly = true
    for try await response in gensyn.executions.run(request) {
      guard case .plan(let plan)? = response.event.event else { continue }
      try printer.show(json: plan.json, text: plan.text)
    }
  }

  private func request(_ gensyn: Gensyn) async throws -> Gensyn_Ree_V1.RunRequest {
    var request = Gensyn_Ree_V1.RunRequest()
    request.model = try await source.reference(gensyn)
    request.inputs = try await inputs.messages(gensyn)
    request.texts = inputs.text
    request.outputNames = outputNames
    request.options.memorySizeBytesMax = maxMemory
    if let maxTime { request.options.runTimeMax = .init(rounding: maxTime) }
    if nodes { request.options.progressInterval = .init() }
    request.options.requesterNonce = Self.nonce()
    return request
  }

  /// What binds a receipt to one request.
  static func nonce() -> Data {
    Data((0..<16).map { _ in UInt8.random(in: .min ... .max) })
  }

  static func write(_ receipt: SignedReceipt, to path: String?) throws {
    guard let path else { return }
    do {
      try Data(receipt.bytes).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw UserError("\(path) cannot be written: \(error.localizedDescription)")
    }
  }
}

extension Gensyn_Ree_V1.ExecutionPlan {
  var text: String {
    "\(nodeCount) nodes, \(stepMultiplyAdds) multiply-adds, at most "
      + "\(ByteCount.text(peakMemorySizeBytes)) of memory, "
      + "\(ByteCount.text(weightsSizeBytes)) of it weights; \(instructionSet)"
  }

  var json: JSON {
    [
      "nodeCount": .count(nodeCount), "stepMultiplyAdds": .count(stepMultiplyAdds),
      "peakMemorySizeBytes": .count(peakMemorySizeBytes),
      "weightsSizeBytes": .count(weightsSizeBytes), "instructionSet": .string(instructionSet),
      "semanticsRoot": .string(Hex.encode([UInt8](semanticsRoot))),
      "modelRoot": .string(Hex.encode([UInt8](modelRoot))),
    ]
  }
}

extension Gensyn_Ree_V1.DataType {
  /// Such as `float32`.
  var text: String { "\(self)".lowercased() }
}

extension Gensyn_Ree_V1.Tensor {
  var typeText: String { dataType.text }
  var shapeText: String { "[\(dimensions.map(String.init).joined(separator: ","))]" }

  var json: JSON {
    [
      "name": .string(name), "type": .string(typeText),
      "dimensions": .array(dimensions.map { .count($0) }),
    ]
  }
}
