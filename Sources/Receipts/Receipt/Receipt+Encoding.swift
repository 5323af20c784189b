internal import Primitives
internal import Sodium

extension Receipt {
  /// The receipt as a CBOR map from field numbers; fields without a value are left out.
  func encoded(with signature: Ed25519.Signature?) -> [UInt8] {
    let fields = fields(with: signature)
    var writer = CBORWriter()
    writer.beginMap(fields.count)
    for (field, value) in fields {
      writer.write(field.rawValue)
      switch value {
      case .number(let number): writer.write(number)
      case .bytes(let bytes): writer.write(bytes)
      case .text(let text): writer.write(text)
      }
    }
    return writer.bytes
  }

  private enum Value {
    case number(UInt64)
    case bytes([UInt8])
    case text(String)
  }

  /// Every field that has a value, ascending.
  private func fields(with signature: Ed25519.Signature?) -> [(ReceiptField, Value)] {
    let fields: [(ReceiptField, Value?)] = [
      (.formatVersion, .number(Self.formatVersion)),
      (.kind, .number(kind.rawValue)),
      (.semanticsRoot, .bytes(semanticsRoot.array)),
      (.engineName, .text(engineName)),
      (.engineVersion, .text(engineVersion)),
      (.modelFormat, .number(model.format.rawValue)),
      (.modelHash, .bytes(model.hash.array)),
      (.modelRoot, .bytes(model.root.array)),
      (.tokenizerHash, model.tokenizerHash.map { .bytes($0.array) }),
      (.inputRoot, .bytes(inputRoot.array)),
      (.parametersHash, .bytes(parametersHash.array)),
      (.outputRoot, .bytes(outputRoot.array)),
      (.finishReason, .number(finishReason.rawValue)),
      (.stepCount, .number(stepCount)),
      (.traceLevel, .number(traceLevel.rawValue)),
      (.traceRoot, traceRoot.map { .bytes($0.array) }),
      (.datasetRoot, training.map { .bytes($0.datasetRoot.array) }),
      (.startCheckpointHash, training.map { .bytes($0.startCheckpoint.array) }),
      (.endCheckpointHash, training.map { .bytes($0.endCheckpoint.array) }),
      (.firstStep, training.map { .number($0.firstStep) }),
      (.requesterNonce, .bytes(requesterNonce)),
      (.proverKey, .bytes(proverKey.bytes)),
      (.time, .number(timeMicroseconds)),
      (.deviceInstructionSet, .text(device.instructionSet)),
      (.deviceThreadCount, .number(device.threadCount)),
      (.signature, signature.map { .bytes($0.bytes) }),
      (.workMultiplyAdds, .number(workMultiplyAdds)),
    ]
    return fields.compactMap { field, value in value.map { (field, $0) } }
  }
}
