internal import Primitives
internal import Sodium

extension Receipt {
  static func decode(_ bytes: [UInt8]) throws(ReceiptFault) -> (Receipt, Ed25519.Signature) {
    var fields = try FieldReader(bytes)
    let version = try fields.number(.formatVersion)
    guard version == formatVersion else {
      throw ReceiptFault(.formatVersion, "it is \(version); this engine reads \(formatVersion)")
    }
    let kind = try fields.choice(.kind, Kind.init)
    let semanticsRoot = try fields.digest(.semanticsRoot)
    let engineName = try fields.text(.engineName)
    let engineVersion = try fields.text(.engineVersion)
    let model = Model(
      format: try fields.choice(.modelFormat, ModelFormat.init),
      hash: try fields.digest(.modelHash), root: try fields.digest(.modelRoot),
      tokenizerHash: try fields.optionalDigest(.tokenizerHash))
    let inputRoot = try fields.digest(.inputRoot)
    let parametersHash = try fields.digest(.parametersHash)
    let outputRoot = try fields.digest(.outputRoot)
    let finishReason = try fields.choice(.finishReason, FinishReason.init)
    let stepCount = try fields.number(.stepCount)
    let traceLevel = try fields.choice(.traceLevel, TraceLevel.init)
    let traceRoot = try fields.optionalDigest(.traceRoot)
    let training = try decodeTraining(&fields)
    let nonce = try fields.bytes(.requesterNonce)
    guard let proverKey = Ed25519.PublicKey(try fields.bytes(.proverKey)) else {
      throw ReceiptFault(.proverKey, "it is not \(Ed25519.PublicKey.byteCount) bytes long")
    }
    let time = try fields.number(.time)
    let device = Device(
      instructionSet: try fields.text(.deviceInstructionSet),
      threadCount: try fields.number(.deviceThreadCount))
    guard let signature = Ed25519.Signature(try fields.bytes(.signature)) else {
      throw ReceiptFault(.signature, "it is not \(Ed25519.Signature.byteCount) bytes long")
    }
    let work = try fields.number(.workMultiplyAdds)
    try fields.finish()
    let receipt = Receipt(
      kind: kind, semanticsRoot: semanticsRoot, engineName: engineName,
      engineVersion: engineVersion, model: model, inputRoot: inputRoot,
      parametersHash: parametersHash, outputRoot: outputRoot, finishReason: finishReason,
      stepCount: stepCount, traceLevel: traceLevel, traceRoot: traceRoot, training: training,
      requesterNonce: nonce, proverKey: proverKey, timeMicroseconds: time, device: device,
      workMultiplyAdds: work)
    return (receipt, signature)
  }

  private static func decodeTraining(
    _ fields: inout FieldReader
  ) throws(ReceiptFault) -> Training? {
    guard let dataset = try fields.optionalDigest(.datasetRoot) else { return nil }
    return Training(
      datasetRoot: dataset, startCheckpoint: try fields.digest(.startCheckpointHash),
      endCheckpoint: try fields.digest(.endCheckpointHash),
      firstStep: try fields.number(.firstStep))
  }
}

/// Takes the pairs of a receipt's map in ascending order.
private struct FieldReader {
  private var reader: CBORReader
  private var remaining: UInt64
  /// The key that was read and whose value was not taken yet.
  private var key: UInt64?

  init(_ bytes: [UInt8]) throws(ReceiptFault) {
    var reader = CBORReader(bytes)
    remaining = try Self.reading(.form) { () throws(CBORReader.Malformed) in
      try reader.readMapCount()
    }
    self.reader = reader
  }

  mutating func number(_ field: ReceiptField) throws(ReceiptFault) -> UInt64 {
    try require(field)
    return try Self.reading(field) { () throws(CBORReader.Malformed) in
      try reader.readUnsigned()
    }
  }

  mutating func bytes(_ field: ReceiptField) throws(ReceiptFault) -> [UInt8] {
    try require(field)
    return try Self.reading(field) { () throws(CBORReader.Malformed) in try reader.readBytes() }
  }

  mutating func text(_ field: ReceiptField) throws(ReceiptFault) -> String {
    try require(field)
    return try Self.reading(field) { () throws(CBORReader.Malformed) in try reader.readText() }
  }

  mutating func digest(_ field: ReceiptField) throws(ReceiptFault) -> Digest {
    let bytes = try bytes(field)
    do {
      return try Digest(bytes)
    } catch {
      throw ReceiptFault(field, error.description)
    }
  }

  mutating func optionalDigest(_ field: ReceiptField) throws(ReceiptFault) -> Digest? {
    try isNext(field) ? digest(field) : nil
  }

  mutating func choice<T>(
    _ field: ReceiptField, _ make: (UInt64) -> T?
  ) throws(ReceiptFault) -> T {
    let number = try number(field)
    guard let value = make(number) else { throw ReceiptFault(field, "\(number) is not known") }
    return value
  }

  mutating func finish() throws(ReceiptFault) {
    guard remaining == 0, key == nil else {
      throw ReceiptFault(.form, "it has fields that this engine does not know, or out of order")
    }
    try Self.reading(.form) { () throws(CBORReader.Malformed) in try reader.finish() }
  }

  private mutating func isNext(_ field: ReceiptField) throws(ReceiptFault) -> Bool {
    if key == nil, remaining > 0 {
      remaining -= 1
      key = try Self.reading(field) { () throws(CBORReader.Malformed) in
        try reader.readUnsigned()
      }
    }
    return key == field.rawValue
  }

  private mutating func require(_ field: ReceiptField) throws(ReceiptFault) {
    guard try isNext(field) else {
      throw ReceiptFault(field, "it is missing or out of its place")
    }
    key = nil
  }

  private static func reading<T>(
    _ field: ReceiptField, _ body: () throws(CBORReader.Malformed) -> T
  ) throws(ReceiptFault) -> T {
    do {
      return try body()
    } catch {
      throw ReceiptFault(field, "it is not deterministic CBOR: \(error)")
    }
  }
}
