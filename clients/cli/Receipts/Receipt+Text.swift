internal import FoundationEssentials
internal import Primitives
internal import Receipts
internal import SwiftProtobuf

extension SignedReceipt {
  /// Every field with its name in the schema, in its order; fields without a value are left out.
  var fields: [(name: String, value: String)] {
    let own = receipt
    let fields: [(ReceiptField, String?)] = [
      (.kind, "\(own.kind)"),
      (.semanticsRoot, "\(own.semanticsRoot)"),
      (.engineName, own.engineName),
      (.engineVersion, own.engineVersion),
      (.modelFormat, "\(own.model.format)"),
      (.modelHash, "\(own.model.hash)"),
      (.modelRoot, "\(own.model.root)"),
      (.tokenizerHash, own.model.tokenizerHash?.description),
      (.inputRoot, "\(own.inputRoot)"),
      (.parametersHash, "\(own.parametersHash)"),
      (.outputRoot, "\(own.outputRoot)"),
      (.finishReason, "\(own.finishReason)"),
      (.stepCount, "\(own.stepCount)"),
      (.traceLevel, "\(own.traceLevel)"),
      (.traceRoot, own.traceRoot?.description),
      (.datasetRoot, own.training?.datasetRoot.description),
      (.startCheckpointHash, own.training?.startCheckpoint.description),
      (.endCheckpointHash, own.training?.endCheckpoint.description),
      (.firstStep, own.training?.firstStep.description),
      (.requesterNonce, Hex.encode(own.requesterNonce)),
      (.proverKey, "\(own.proverKey)"),
      (.time, timeText),
      (.deviceInstructionSet, own.device.instructionSet),
      (.deviceThreadCount, "\(own.device.threadCount)"),
      (.workMultiplyAdds, "\(own.workMultiplyAdds)"),
      (.signature, "\(signature)"),
    ]
    return [("hash", "\(hash)")]
      + fields.compactMap { field, value in value.map { (field.name, $0) } }
  }

  var timeText: String {
    let seconds = Int64(clamping: receipt.timeMicroseconds / 1_000_000)
    return Moment.text(Google_Protobuf_Timestamp(seconds: seconds))
  }

  var text: String {
    let width = fields.map(\.name.count).max() ?? 0
    return fields.map { name, value in
      name + String(repeating: " ", count: width - name.count + 2) + value
    }.joined(separator: "\n")
  }

  var json: JSON {
    var json: JSON = [:]
    for (name, value) in fields { json.append(name, .string(value)) }
    return json
  }
}
