public import Disputes
public import Receipts

/// A computation of which one record tells something else than what was computed.
public struct Tampered: TraceSource {
  private let truth: any TraceSource
  private let step: UInt64
  private let place: Int
  private let record: TraceRecord
  private let tensors: [OpenTensor]

  /// - Parameter change: Changes the record and its tensors, inputs first; the record then names the
  ///   tensors as they are.
  public init(
    _ truth: any TraceSource, step: UInt64 = 0, record place: Int,
    change: (inout TraceRecord, inout [OpenTensor]) -> Void
  ) throws {
    self.truth = truth
    self.step = step
    self.place = place
    var record = try truth.records(ofStep: step)[place]
    var tensors = try truth.tensors(ofRecord: place, step: step)
    let inputCount = record.inputs.count
    change(&record, &tensors)
    self.record = TraceRecord(
      node: record.node, nodeHash: record.nodeHash, operatorName: record.operatorName,
      semanticsVersion: record.semanticsVersion,
      inputs: tensors.prefix(inputCount).map(\.commitment.digest),
      outputs: tensors.dropFirst(inputCount).map(\.commitment.digest))
    self.tensors = tensors
  }

  public var stepCount: UInt64 { truth.stepCount }
  public var inputs: [NamedCommitment] { truth.inputs }
  public var outputs: [NamedCommitment] { truth.outputs }

  public func records(ofStep step: UInt64) throws -> [TraceRecord] {
    var records = try truth.records(ofStep: step)
    if step == self.step { records[place] = record }
    return records
  }

  public func tensors(ofRecord record: Int, step: UInt64) throws -> [OpenTensor] {
    step == self.step && record == place
      ? tensors : try truth.tensors(ofRecord: record, step: step)
  }
}

extension OpenTensor {
  /// The same with one bit turned around.
  public func flipping(bit: Int, ofByte byte: Int) -> OpenTensor {
    var content = content
    content[byte] ^= 1 << UInt8(bit)
    return OpenTensor(
      dataType: commitment.dataType, dimensions: commitment.dimensions, content: content)
  }
}
