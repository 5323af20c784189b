internal import ArgumentParser
internal import Foundation
internal import GensynClient
internal import Primitives
internal import RPC
internal import Receipts
internal import Schema

struct Embed: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Turns texts into vectors, and says how alike they are.",
    discussion: """
      For encoders such as all-MiniLM-L6-v2. Each text is run by itself; its vector is the mean over \
      the rows of the model's first output, made as long as 1, or that output itself where it has \
      one row a text. With several texts the first is compared with the others: the cosine of the \
      angle between them, 1 for the same meaning. Each run has a receipt.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: ModelSource

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The texts.", valueName: "text"))
  var texts: [String]

  @Option(
    help: ArgumentHelp(
      "Write the signed receipts to FILE, FILE.1 and so on.", valueName: "file"),
    completion: .file())
  var receiptFile: String?

  @Flag(help: "Show the vectors too.")
  var vectors = false

  func validate() throws {
    guard !texts.isEmpty else { throw ValidationError("--texts needs at least one") }
  }

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    let reference = try await source.reference(gensyn)
    var table = Table("SIMILARITY", "RECEIPT", "TEXT")
    var first: [Double]?
    for (index, text) in texts.enumerated() {
      var request = Gensyn_Ree_V1.RunRequest()
      request.model = reference
      request.texts = [text]
      request.options.requesterNonce = Run.nonce()
      let result = try await gensyn.executions.run(request) { _ in }
      let vector = try await Self.vector(result.outputs, gensyn)
      try Run.write(
        result.receipt, to: receiptFile.map { index == 0 ? $0 : "\($0).\(index)" })
      let similarity = zip(first ?? vector, vector).reduce(0) { $0 + $1.0 * $1.1 }
      if first == nil { first = vector }
      var json: JSON = [
        "text": .string(text), "similarity": .number(similarity),
        "receiptHash": .string("\(result.receipt.hash)"),
      ]
      if vectors { json.append("vector", .array(vector.map { .number($0) })) }
      table.add(Self.text(similarity), "\(result.receipt.hash)", text, json: json)
      if vectors, printer.format == .table {
        Note.write(vector.map { Self.text($0) }.joined(separator: " "))
      }
    }
    try printer.table(table)
  }

  private static func vector(
    _ outputs: [Gensyn_Ree_V1.Tensor], _ gensyn: Gensyn
  ) async throws -> [Double] {
    guard let tensor = outputs.first, tensor.dataType == .float32,
      let width = tensor.dimensions.last.map({ Int(clamping: $0) }), width > 0,
      [2, 3].contains(tensor.dimensions.count), tensor.dimensions[0] == 1
    else { throw UserError("the model's first output is no vector for each text or token") }
    let bytes = try await RunOutputs.elements(tensor, gensyn)
    let rows = bytes.count / 4 / width
    guard rows > 0 else { throw UserError("the model's first output is empty") }
    var vector = [Double](repeating: 0, count: width)
    for index in 0..<rows * width {
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[index * 4 + $1]) << UInt32($1 * 8) }
      vector[index % width] += Double(Float(bitPattern: bits)) / Double(rows)
    }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
  }

  private static func text(_ number: Double) -> String {
    String(format: "%.4f", number)
  }
}
