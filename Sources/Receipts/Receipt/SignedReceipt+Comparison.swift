public import Primitives

extension SignedReceipt {
  /// What is wrong with outputs, inputs or a model that are said to belong to this receipt.
  public func faults(
    inputs: [NamedCommitment]? = nil, outputs: [NamedCommitment]? = nil, modelHash: Digest? = nil
  ) -> [ReceiptFault] {
    [
      Self.compare(.modelHash, receipt.model.hash, modelHash),
      Self.compare(.inputRoot, receipt.inputRoot, inputs.map(NamedCommitment.root)),
      Self.compare(.outputRoot, receipt.outputRoot, outputs.map(NamedCommitment.root)),
    ].compactMap { $0 }
  }

  /// What another receipt of the same computation says otherwise, in the order in which the
  /// computation comes to it. Who signed, when and on what device is not the computation's.
  public func contradictions(with other: Receipt) -> [ReceiptFault] {
    let own = receipt
    var faults: [ReceiptFault?] = [
      Self.compare(.kind, own.kind.rawValue, other.kind.rawValue),
      Self.compare(.semanticsRoot, own.semanticsRoot, other.semanticsRoot),
      Self.compare(.modelHash, own.model.hash, other.model.hash),
      Self.compare(.modelRoot, own.model.root, other.model.root),
      Self.contrast(.tokenizerHash, own.model.tokenizerHash, other.model.tokenizerHash),
      Self.compare(.inputRoot, own.inputRoot, other.inputRoot),
      Self.compare(.parametersHash, own.parametersHash, other.parametersHash),
      Self.contrast(.datasetRoot, own.training?.datasetRoot, other.training?.datasetRoot),
      Self.contrast(
        .startCheckpointHash, own.training?.startCheckpoint, other.training?.startCheckpoint),
      Self.compare(.stepCount, own.stepCount, other.stepCount),
      Self.compare(.finishReason, own.finishReason.rawValue, other.finishReason.rawValue),
      Self.compare(.workMultiplyAdds, own.workMultiplyAdds, other.workMultiplyAdds),
    ]
    if own.traceLevel == other.traceLevel {
      faults.append(Self.contrast(.traceRoot, own.traceRoot, other.traceRoot))
    }
    faults += [
      Self.contrast(
        .endCheckpointHash, own.training?.endCheckpoint, other.training?.endCheckpoint),
      Self.compare(.outputRoot, own.outputRoot, other.outputRoot),
    ]
    return faults.compactMap { $0 }
  }

  /// Like ``compare(_:_:_:)``, where nothing found is a finding too.
  private static func contrast(
    _ field: ReceiptField, _ claimed: Digest?, _ found: Digest?
  ) -> ReceiptFault? {
    guard found == nil, let claimed else { return compare(field, claimed, found) }
    return ReceiptFault(
      field, "the receipt says \(claimed), the check found none", claimed: claimed.array)
  }

  private static func compare(
    _ field: ReceiptField, _ claimed: Digest?, _ found: Digest?
  ) -> ReceiptFault? {
    guard let found, claimed != found else { return nil }
    return ReceiptFault(
      field, "the receipt says \(claimed.map(\.description) ?? "none"), the check found \(found)",
      claimed: claimed?.array ?? [], found: found.array)
  }

  private static func compare(
    _ field: ReceiptField, _ claimed: UInt64, _ found: UInt64
  ) -> ReceiptFault? {
    guard claimed != found else { return nil }
    return ReceiptFault(field, "the receipt says \(claimed), the check found \(found)")
  }
}
