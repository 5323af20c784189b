internal import ModelFiles
internal import Primitives

/// A run's whole state as a safetensors file: parameters under GPT-2's names, moments, the number of
/// steps, the configuration with its seeds, and what was committed of each step. There is no other
/// state: random numbers are functions of seed and step.
public struct Checkpoint: Sendable {
  public let configuration: TrainingConfiguration
  public let stepCount: UInt64
  public let history: TrainingHistory
  /// The file.
  public let bytes: [UInt8]
  private let directory: TensorDirectory

  static let format = "gensyn.training.v1"
  static let rootsName = "trace.roots"
  static let lossesName = "trace.losses"
  /// The most steps of one run.
  public static let stepCountMax: UInt64 = 1 << 24

  /// Reads a checkpoint and checks that it is whole.
  public init(bytes: [UInt8]) throws(TrainingRefusal) {
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(bytes.span)
    } catch {
      throw .checkpoint(.file("\(error)"))
    }
    guard file.metadata["format"] == Self.format else {
      throw .checkpoint(.metadata("format"))
    }
    guard let step = file.metadata["step"].flatMap({ UInt64($0) }), step <= Self.stepCountMax else {
      throw .checkpoint(.metadata("step"))
    }
    guard let text = file.metadata["configuration"], let canonical = try? Hex.decode(text) else {
      throw .checkpoint(.metadata("configuration"))
    }
    configuration = try TrainingConfiguration(canonicalBytes: canonical)
    stepCount = step
    self.bytes = bytes
    directory = file.tensors
    history = try Self.history(file.tensors, bytes, stepCount: Int(step))
    try checkTensors()
  }

  private func checkTensors() throws(TrainingRefusal) {
    let parameters = GPTParameters(configuration.gpt).list
    let prefixes = [""] + configuration.optimizer.moments.map { "\($0)." }
    let count = parameters.count * prefixes.count + 2
    for prefix in prefixes {
      for parameter in parameters {
        let name = prefix + parameter.name
        guard let entry = directory[name], entry.encoding == .float32,
          entry.shape == parameter.shape
        else { throw .checkpoint(.tensor(name)) }
      }
    }
    guard directory.entries.count == count else {
      throw .checkpoint(.metadata("list of tensors"))
    }
  }

  private static func history(
    _ tensors: TensorDirectory, _ bytes: [UInt8], stepCount: Int
  ) throws(TrainingRefusal) -> TrainingHistory {
    guard let roots = tensors[rootsName], roots.encoding == .uint8,
      roots.shape == [stepCount, Digest.byteCount]
    else { throw .checkpoint(.tensor(rootsName)) }
    guard let losses = tensors[lossesName], losses.encoding == .float32,
      losses.shape == [stepCount]
    else { throw .checkpoint(.tensor(lossesName)) }
    var history = TrainingHistory()
    for step in 0..<stepCount {
      let start = roots.bytes.lowerBound + step * Digest.byteCount
      let root = bytes[start..<start + Digest.byteCount]
      let bits = (0..<4).reduce(UInt32(0)) {
        $0 | UInt32(bytes[losses.bytes.lowerBound + 4 * step + $1]) << UInt32($1 * 8)
      }
      guard let digest = try? Digest(Array(root)) else {
        throw .checkpoint(.tensor(rootsName))
      }
      history.append(digest, loss: Float(bitPattern: bits))
    }
    return history
  }

  func restore(into memory: TapeMemory, _ plan: TrainingPlan) {
    for tensor in TrainingTensors.all(plan) {
      guard let entry = directory[tensor.name] else { continue }
      memory.store(bytes.span.extracting(entry.bytes), at: tensor.place)
    }
  }
}

extension Trainer {
  /// The state as a file: the same bytes whoever made it, however often the run was interrupted.
  public func checkpoint() -> [UInt8] {
    let canonical = plan.configuration.canonicalBytes
    var writer = SafetensorsWriter(metadata: [
      ("format", Checkpoint.format), ("step", "\(stepCount)"),
      ("configuration", Hex.encode(canonical)),
    ])
    for tensor in TrainingTensors.all(plan) {
      writer.append(tensor.name, type: "F32", shape: tensor.shape) { output in
        memory.withBytes(tensor.words) { span in
          output.reserveCapacity(output.count + span.count)
          for index in 0..<span.count { output.append(span[index]) }
        }
      }
    }
    let roots = history.roots
    writer.append(
      Checkpoint.rootsName, type: "U8", shape: [roots.count, Digest.byteCount]
    ) { output in
      for root in roots { output += root.array }
    }
    writer.append(Checkpoint.lossesName, type: "F32", shape: [roots.count]) { output in
      for loss in history.losses {
        output += (0..<4).map { UInt8(truncatingIfNeeded: loss.bitPattern >> UInt32($0 * 8)) }
      }
    }
    return writer.bytes
  }
}
