internal import ArgumentParser
internal import Console
internal import Foundation
internal import GensynClient
internal import Primitives
internal import RPC
internal import Receipts
internal import Schema
internal import SwiftProtobuf

struct Train: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a small GPT on a text.",
    discussion: """
      The configuration is a TrainRequest in JSON, for example:

        {"gpt": {"layerCount": 2, "width": 128, "headCount": 4, "hiddenWidth": 512,
                 "contextLength": 64, "seed": "1"},
         "configuration": {"microBatchSize": 16, "seed": "2", "gradientNormMax": 1,
                 "adamW": {"weightDecay": 0.01}, "validationInterval": "25",
                 "learningRate": {"peak": 0.002, "warmupSteps": "50", "decaySteps": "450",
                                  "floor": 0.0002}, "checkpointInterval": "100"},
         "stepCount": "500"}

      The same configuration and text give the same weights on every machine; the receipt says so, \
      signed, and `gensyn ree verify` checks all of it or some steps. An interrupted run leaves a \
      checkpoint (`gensyn artifact list --kind checkpoint`), from which --resume goes on to the same \
      bits.
      """)

  @OptionGroup var options: GlobalOptions

  @Option(
    help: ArgumentHelp("What to train and how, in JSON.", valueName: "file"), completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp("The text to learn from; it is stored.", valueName: "file"),
    completion: .file())
  var data: String?

  @Option(
    help: ArgumentHelp("Keep this share of the text, from its end, for validation."))
  var validationShare: Double = 0.1

  @Option(
    help: ArgumentHelp("A text of its own for validation; it is stored.", valueName: "file"),
    completion: .file())
  var validation: String?

  @Option(
    help: ArgumentHelp("A tokenizer.json; otherwise bytes are tokens.", valueName: "file"),
    completion: .file())
  var tokenizer: String?

  @Option(help: ArgumentHelp("Stop when so many steps are done.", valueName: "count"))
  var steps: UInt64?

  @Option(
    help: ArgumentHelp("Go on from this checkpoint.", valueName: "hash"),
    transform: { try Digest(hex: $0) })
  var resume: Digest?

  @Option(
    help: ArgumentHelp("Draw the loss to this SVG file.", valueName: "file"), completion: .file())
  var plot: String?

  @Option(
    help: ArgumentHelp("Write the loss of each step to this file.", valueName: "file"),
    completion: .file())
  var csv: String?

  @Option(
    help: ArgumentHelp("Write the signed receipt to this file.", valueName: "file"),
    completion: .file())
  var receiptFile: String?

  func validate() throws {
    guard config != nil || resume != nil else {
      throw ValidationError("give --config with --data, or --resume")
    }
    guard data != nil || resume != nil else {
      throw ValidationError("a new run needs --data")
    }
    guard 0..<1 ~= validationShare else {
      throw ValidationError("--validation-share is from 0 on and below 1")
    }
  }

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    var request = try request()
    try await storeData(gensyn, &request)
    let bar = StepBar()
    defer { bar.finish() }
    var curve = LossCurve()
    var last: Gensyn_Ree_V1.TrainingCheckpoint?
    var result: Gensyn_Ree_V1.ExecutionResult?
    do {
      for try await response in gensyn.executions.train(request) {
        switch response.event.event {
        case .plan(let plan)?:
          bar.begin(plan.stepCount)
          Note.write(
            "\(plan.stepCount) steps of \(plan.stepMultiplyAdds) multiply-adds on "
              + "\(plan.instructionSet), \(ByteCount.text(plan.peakMemorySizeBytes)) of memory")
        case .trainingStep(let step)?:
          curve.append(step)
          bar.update(step)
        case .checkpoint(let checkpoint)?: last = checkpoint
        case .result(let end)?: result = end
        default: break
        }
      }
    } catch {
      // What was learned about the loss is not lost with the call.
      try write(curve)
      throw error
    }
    bar.finish()
    try write(curve)
    guard let result, result.hasReceipt, let last else {
      throw RPCError(.dataLoss, "the gateway ended the run without a receipt")
    }
    let signed = try SignedReceipt(bytes: [UInt8](result.receipt.signedBytes))
    guard signed.receipt.requesterNonce == [UInt8](request.options.requesterNonce),
      signed.receipt.training?.endCheckpoint.array == [UInt8](last.artifactHash)
    else { throw RPCError(.dataLoss, "the gateway's receipt is for another request") }
    if let receiptFile { try write(Data(signed.bytes), to: receiptFile) }
    try printer.show(
      json: [
        "checkpointHash": .string(Hex.encode([UInt8](last.artifactHash))),
        "receiptHash": .string("\(signed.hash)"), "stepCount": .count(last.step),
        "loss": .number(Double(curve.lastLoss ?? .nan)),
        "validationLoss": .number(Double(curve.lastValidationLoss ?? .nan)),
      ],
      text: """
        checkpoint  \(Hex.encode([UInt8](last.artifactHash)))
        receipt     \(signed.hash)
        loss        \(curve.summary)
        """)
  }

  private func request() throws -> Gensyn_Ree_V1.TrainRequest {
    var request = Gensyn_Ree_V1.TrainRequest()
    if let config {
      do {
        request = try Gensyn_Ree_V1.TrainRequest(
          jsonUTF8Data: Data(contentsOf: URL(filePath: config)))
      } catch {
        throw UserError("\(config) is no training configuration: \(error)")
      }
    }
    if let resume { request.checkpointHash = Data(resume) }
    if let steps { request.stepCount = steps }
    request.options.requesterNonce = Data((0..<16).map { _ in UInt8.random(in: .min ... .max) })
    return request
  }

  /// Stores the texts, and names them in the request.
  private func storeData(
    _ gensyn: Gensyn, _ request: inout Gensyn_Ree_V1.TrainRequest
  ) async throws {
    if let tokenizer {
      request.configuration.tokenizerHash = try await store(gensyn, tokenizer, nil, "tokenizer")
    }
    guard let data else { return }
    if let validation {
      request.configuration.datasetHash = try await store(gensyn, data, nil, "train")
      request.configuration.validationDatasetHash = try await store(
        gensyn, validation, nil, "validation")
      return
    }
    let size = try contents(data).count
    let kept = Int(Double(size) * validationShare)
    request.configuration.datasetHash = try await store(
      gensyn, data, 0..<size - kept, "train")
    guard kept > 0 else { return }
    request.configuration.validationDatasetHash = try await store(
      gensyn, data, size - kept..<size, "validation")
  }

  private func store(
    _ gensyn: Gensyn, _ file: String, _ part: Range<Int>?, _ use: String
  ) async throws -> Data {
    let progress = ProgressBar()
    defer { progress.finish() }
    let name = "\(URL(filePath: file).lastPathComponent) (\(use))"
    guard let part, part.count != (try contents(file).count) else {
      let response = try await gensyn.artifacts.upload(
        file: file, name: name, kind: .dataset, progress: progress.update)
      return response.artifact.hash
    }
    let cut = FileManager.default.temporaryDirectory.appending(
      path: "gensyn-\(UInt64.random(in: .min ... .max))")
    defer { try? FileManager.default.removeItem(at: cut) }
    try write(try contents(file)[part], to: cut.path)
    let response = try await gensyn.artifacts.upload(
      file: cut.path, name: name, kind: .dataset, progress: progress.update)
    return response.artifact.hash
  }

  private func contents(_ file: String) throws -> Data {
    do {
      return try Data(contentsOf: URL(filePath: file), options: .mappedIfSafe)
    } catch {
      throw UserError("\(file) cannot be read: \(error.localizedDescription)")
    }
  }

  private func write(_ curve: LossCurve) throws {
    if let csv { try write(Data(curve.csv.utf8), to: csv) }
    if let plot { try write(Data(curve.svg.utf8), to: plot) }
  }

  private func write(_ bytes: Data, to path: String) throws {
    do {
      try bytes.write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw UserError("\(path) cannot be written: \(error.localizedDescription)")
    }
  }
}
