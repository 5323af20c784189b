internal import ModelFiles
public import Primitives
internal import Receipts

extension TrainingConfiguration {
  private static let version: UInt64 = 1

  /// The configuration's one spelling, deterministic CBOR with floating point as bit patterns: what a
  /// receipt's `parameters_hash` is the hash of.
  public var canonicalBytes: [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(13)
    writer.write(Self.version)
    let fields = gpt.fields
    writer.beginArray(fields.count)
    for field in fields { writer.write(field.value) }
    for data in [data, validationData] {
      writer.beginArray(data == nil ? 0 : 2)
      guard let data else { continue }
      writer.write(data.digest.array)
      writer.write(data.byteCount)
    }
    writer.write(tokenizer?.array ?? [])
    for number in [microBatchSize, accumulationCount, sequenceLength] {
      writer.write(UInt64(number))
    }
    writer.write(seed)
    let numbers = optimizerNumbers
    writer.beginArray(numbers.count)
    for number in numbers { writer.write(number) }
    let rate: [UInt64] = [
      UInt64(learningRate.peak.bitPattern), learningRate.warmupSteps, learningRate.decaySteps,
      UInt64(learningRate.floor.bitPattern),
    ]
    writer.beginArray(rate.count)
    for number in rate { writer.write(number) }
    writer.write(UInt64(gradientNormMax.bitPattern))
    writer.write(UInt64(validationInterval))
    return writer.bytes
  }

  public var digest: Digest { BLAKE3.hash(canonicalBytes) }

  private var optimizerNumbers: [UInt64] {
    switch optimizer {
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      [1] + [beta1, beta2, epsilon, decay].map { UInt64($0.bitPattern) }
    case .sgd(let momentum, let decay): [2] + [momentum, decay].map { UInt64($0.bitPattern) }
    }
  }

  /// Reads ``canonicalBytes`` again and checks what it says.
  public init(canonicalBytes bytes: [UInt8]) throws(TrainingRefusal) {
    guard let read = try? Self.read(bytes) else {
      throw .checkpoint(.metadata("configuration"))
    }
    self = read
    // One configuration has one spelling.
    guard canonicalBytes == bytes else { throw .checkpoint(.metadata("configuration")) }
    try check()
  }

  private struct Malformed: Error {}

  private static func read(_ bytes: [UInt8]) throws -> TrainingConfiguration {
    var reader = CBORReader(bytes)
    guard try reader.readArrayCount() == 13, try reader.readUnsigned() == version else {
      throw Malformed()
    }
    let sizes = try numbers(&reader, counts: [7])
    let gpt = GPTConfiguration(
      layerCount: Int(clamping: sizes[0]), width: Int(clamping: sizes[1]),
      headCount: Int(clamping: sizes[2]), hiddenWidth: Int(clamping: sizes[3]),
      contextLength: Int(clamping: sizes[4]), vocabularySize: Int(clamping: sizes[5]),
      seed: sizes[6])
    guard let data = try reference(&reader) else { throw Malformed() }
    let validation = try reference(&reader)
    let tokenizer = try reader.readBytes()
    let passes = try (0..<3).map { _ in Int(clamping: try reader.readUnsigned()) }
    let seed = try reader.readUnsigned()
    let optimizer = try optimizer(try numbers(&reader, counts: [3, 5]))
    let rate = try numbers(&reader, counts: [4])
    let normMax = try reader.readUnsigned()
    let interval = try reader.readUnsigned()
    try reader.finish()
    return TrainingConfiguration(
      gpt: gpt, data: data, validationData: validation,
      tokenizer: tokenizer.isEmpty ? nil : try Digest(tokenizer), microBatchSize: passes[0],
      accumulationCount: passes[1], sequenceLength: passes[2], seed: seed, optimizer: optimizer,
      learningRate: LearningRateSchedule(
        peak: float(rate[0]), warmupSteps: rate[1], decaySteps: rate[2], floor: float(rate[3])),
      gradientNormMax: float(normMax), validationInterval: Int(clamping: interval))
  }

  private static func numbers(_ reader: inout CBORReader, counts: [UInt64]) throws -> [UInt64] {
    let count = try reader.readArrayCount()
    guard counts.contains(count) else { throw Malformed() }
    return try (0..<count).map { _ in try reader.readUnsigned() }
  }

  private static func reference(_ reader: inout CBORReader) throws -> DataReference? {
    let count = try reader.readArrayCount()
    guard count > 0 else { return nil }
    guard count == 2 else { throw Malformed() }
    return DataReference(
      digest: try Digest(try reader.readBytes()), byteCount: try reader.readUnsigned())
  }

  private static func optimizer(_ numbers: [UInt64]) throws -> Optimizer {
    switch (numbers[0], numbers.count) {
    case (1, 5):
      .adamW(
        beta1: float(numbers[1]), beta2: float(numbers[2]), epsilon: float(numbers[3]),
        decay: float(numbers[4]))
    case (2, 3): .sgd(momentum: float(numbers[1]), decay: float(numbers[2]))
    default: throw Malformed()
    }
  }

  private static func float(_ bits: UInt64) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: bits))
  }
}
