public import Primitives

/// Why a block is not part of the chain.
public enum InvalidBlock: Error, Hashable, Sendable {
  case encoding(RLP.Malformed)
  /// More bytes than EIP-7934 allows.
  case tooLarge(Int)
  case unknownParent(Digest)
  /// A header field that the block's own content or its parent contradicts.
  case header(HeaderField)
  case malformedTransaction(index: Int, Transaction.Malformed)
  case invalidTransaction(index: Int, InvalidTransaction)
  /// A contract that the rules call is missing or failed (EIP-7002, EIP-7251).
  case systemCallFailed(Address)
  /// EIP-6110.
  case depositLayout
  case state(StateFailure)

  public enum HeaderField: Hashable, Sendable {
    case parentHash, ommersHash, stateRoot, transactionsRoot, receiptsRoot, bloom
    case difficulty, number, gasLimit, gasUsed, timestamp, extraData, mixHash, nonce
    case baseFee, withdrawalsRoot, blobGasUsed, excessBlobGas, parentBeaconBlockRoot, requestsHash
  }
}
