internal import Foundation
internal import Primitives
internal import Receipts
internal import Schema
internal import Sodium
internal import SwiftProtobuf

extension Gensyn_Ree_V1.Receipt {
  init(_ signed: SignedReceipt) {
    let receipt = signed.receipt
    self.init()
    hash = signed.hash.data
    signedBytes = Data(signed.bytes)
    formatVersion = UInt32(Receipt.formatVersion)
    // The enumerations have the schema's numbers.
    kind = .init(rawValue: Int(receipt.kind.rawValue)) ?? .unspecified
    semanticsRoot = receipt.semanticsRoot.data
    engineName = receipt.engineName
    engineVersion = receipt.engineVersion
    modelFormat = .init(rawValue: Int(receipt.model.format.rawValue)) ?? .unspecified
    modelHash = receipt.model.hash.data
    modelRoot = receipt.model.root.data
    tokenizerHash = receipt.model.tokenizerHash?.data ?? Data()
    inputRoot = receipt.inputRoot.data
    parametersHash = receipt.parametersHash.data
    outputRoot = receipt.outputRoot.data
    finishReason = .init(rawValue: Int(receipt.finishReason.rawValue)) ?? .unspecified
    stepCount = receipt.stepCount
    traceLevel = .init(rawValue: Int(receipt.traceLevel.rawValue)) ?? .unspecified
    traceRoot = receipt.traceRoot?.data ?? Data()
    if let training = receipt.training {
      datasetRoot = training.datasetRoot.data
      startCheckpointHash = training.startCheckpoint.data
      endCheckpointHash = training.endCheckpoint.data
      firstStep = training.firstStep
    }
    requesterNonce = Data(receipt.requesterNonce)
    proverKey = Data(receipt.proverKey.bytes)
    time = Google_Protobuf_Timestamp(
      seconds: Int64(receipt.timeMicroseconds / 1_000_000),
      nanos: Int32(receipt.timeMicroseconds % 1_000_000) * 1000)
    deviceInstructionSet = receipt.device.instructionSet
    deviceThreadCount = UInt32(clamping: receipt.device.threadCount)
    signature = Data(signed.signature.bytes)
    workMultiplyAdds = receipt.workMultiplyAdds
  }
}

extension Gensyn_Ree_V1.ReceiptFault {
  init(_ fault: ReceiptFault) {
    self.init()
    field = fault.field.name
    message = fault.message
    claimed = Data(fault.claimed.prefix(64))
    found = Data(fault.found.prefix(64))
  }
}
