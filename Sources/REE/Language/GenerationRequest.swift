public import Primitives
internal import Receipts

/// What a generation's result follows from, beside the model: the prompt and the parameters.
///
/// Its canonical bytes are what a receipt's `parameters_hash` is the hash of; who has them and the
/// prompt's tokens can compute the receipt anew.
public struct GenerationRequest: Hashable, Sendable {
  public let prompt: [UInt32]
  public let options: GenerationOptions

  public init(prompt: [UInt32], options: GenerationOptions) {
    self.prompt = prompt
    self.options = options
  }

  /// The prompt's tokens as the elements of a tensor: uint32, little-endian.
  public var promptBytes: [UInt8] {
    Self.bytes(prompt)
  }

  static func bytes(_ tokens: [UInt32]) -> [UInt8] {
    tokens.flatMap { token in (0..<4).map { UInt8(truncatingIfNeeded: token >> UInt32($0 * 8)) } }
  }

  /// Deterministic CBOR of the parameters and the prompt's digest; floating point as bit patterns.
  public var parameterBytes: [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(10)
    writer.write(1)
    writer.write(BLAKE3.hash(promptBytes).array)
    let sampling = options.sampling
    for number in [
      UInt64(sampling.temperature.bitPattern), UInt64(clamping: sampling.topK),
      UInt64(sampling.topP.bitPattern), UInt64(sampling.minP.bitPattern),
      UInt64(sampling.repetitionPenalty.bitPattern), sampling.seed,
      UInt64(clamping: options.tokenCountMax),
    ] {
      writer.write(number)
    }
    writer.beginArray(options.stopTexts.count)
    for text in options.stopTexts { writer.write(text) }
    return writer.bytes
  }

  /// The root over the inputs: the prompt's tokens alone.
  var inputRoot: Digest {
    NamedCommitment.root(of: [Self.named("tokens", Self.bytes(prompt), prompt.count)])
  }

  static func named(_ name: String, _ bytes: [UInt8], _ count: Int) -> NamedCommitment {
    NamedCommitment(
      name: name,
      tensor: TensorCommitment(
        dataType: uint32, dimensions: [UInt64(count)], content: BLAKE3.hash(bytes)
      ).digest)
  }

  // Numbers of `gensyn.ree.v1.DataType`.
  static let float32: UInt8 = 1
  static let uint32: UInt8 = 11
}

extension GenerationRequest {
  /// Why bytes are no parameters.
  public enum Malformed: Error, Hashable, Sendable {
    case notCanonical
    case otherPrompt
  }

  /// Reads ``parameterBytes`` again, for the prompt that they name.
  public init(parameterBytes bytes: [UInt8], promptBytes: [UInt8]) throws(Malformed) {
    guard promptBytes.count.isMultiple(of: 4) else { throw .otherPrompt }
    prompt = stride(from: 0, to: promptBytes.count, by: 4).map { start in
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(promptBytes[start + $1]) << UInt32($1 * 8) }
    }
    guard let fields = Fields(bytes), fields.numbers.count == 7 else { throw .notCanonical }
    guard fields.prompt == BLAKE3.hash(promptBytes).array else { throw .otherPrompt }
    var options = GenerationOptions()
    let bits = fields.numbers.map { UInt32(truncatingIfNeeded: $0) }
    options.sampling.temperature = Float(bitPattern: bits[0])
    options.sampling.topK = Int(clamping: fields.numbers[1])
    options.sampling.topP = Float(bitPattern: bits[2])
    options.sampling.minP = Float(bitPattern: bits[3])
    options.sampling.repetitionPenalty = Float(bitPattern: bits[4])
    options.sampling.seed = fields.numbers[5]
    options.tokenCountMax = Int(clamping: fields.numbers[6])
    options.stopTexts = fields.stopTexts
    self.options = options
    // One request has one spelling.
    guard parameterBytes == bytes else { throw .notCanonical }
  }

  /// The digest of the prompt that parameters belong to.
  public static func promptDigest(parameterBytes bytes: [UInt8]) throws(Malformed) -> Digest {
    guard let fields = Fields(bytes), let digest = try? Digest(fields.prompt) else {
      throw .notCanonical
    }
    return digest
  }

  private struct Fields {
    var prompt: [UInt8] = []
    var numbers: [UInt64] = []
    var stopTexts: [String] = []

    init?(_ bytes: [UInt8]) {
      var reader = CBORReader(bytes)
      do {
        guard try reader.readArrayCount() == 10, try reader.readUnsigned() == 1 else {
          return nil
        }
        prompt = try reader.readBytes()
        for _ in 0..<7 { numbers.append(try reader.readUnsigned()) }
        let count = try reader.readArrayCount()
        guard count <= UInt64(GenerationOptions.stopTextCountMax) else { return nil }
        for _ in 0..<count { stopTexts.append(try reader.readText()) }
        try reader.finish()
      } catch {
        return nil
      }
    }
  }
}
