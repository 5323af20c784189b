extension Receipt {
  /// The longest requester's nonce in bytes.
  public static let nonceByteCountMax = 32
  /// The longest name of an engine, its version or an instruction set in bytes of UTF-8.
  public static let nameByteCountMax = 256

  /// What each kind of computation must and must not have.
  func checkConsistency() throws(ReceiptFault) {
    guard requesterNonce.count <= Self.nonceByteCountMax else {
      throw ReceiptFault(.requesterNonce, "it is longer than \(Self.nonceByteCountMax) bytes")
    }
    let names: [(ReceiptField, String)] = [
      (.engineName, engineName), (.engineVersion, engineVersion),
      (.deviceInstructionSet, device.instructionSet),
    ]
    for (field, name) in names where name.utf8.count > Self.nameByteCountMax {
      throw ReceiptFault(field, "it is longer than \(Self.nameByteCountMax) bytes")
    }
    guard (traceLevel == .ends) == (traceRoot == nil) else {
      throw ReceiptFault(
        .traceRoot, traceRoot == nil ? "it is missing" : "level ENDS has no trace")
    }
    guard (kind == .train) == (training != nil) else {
      throw ReceiptFault(
        .datasetRoot, training == nil ? "training needs it" : "only training has data")
    }
    if kind == .run {
      guard stepCount == 1 else {
        throw ReceiptFault(.stepCount, "a run has one step, not \(stepCount)")
      }
      guard finishReason == .complete else {
        throw ReceiptFault(.finishReason, "a run ends when it is complete")
      }
    }
    if let training, training.firstStep.addingReportingOverflow(stepCount).overflow {
      throw ReceiptFault(.stepCount, "the number of the last step is too large")
    }
  }
}
