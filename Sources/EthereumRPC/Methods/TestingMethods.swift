internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// Blocks on demand that do not become part of the chain (execution-apis' `testing` namespace).
enum TestingMethods {
  static let all: [String: EthereumAPI.Method] = [
    "testing_buildBlockV1": { (api, parameters) throws(RPCFailure) in try build(api, parameters) }
  ]

  private static func build(
    _ api: EthereumAPI, _ parameters: Parameters
  ) throws(RPCFailure) -> JSON {
    let parent = try parameters.digest(0)
    let attributes = try parameters.value(1) { (value) throws(BadValue) in
      try PayloadAttributes(value)
    }
    var transactions: [Transaction]?
    if parameters[2] != nil {
      let encoded = try parameters.value(2) { (value) throws(BadValue) in
        try value.list("[]hexutil.Bytes") { (item) throws(BadValue) in try item.asBytes() }
      }
      var decoded: [Transaction] = []
      for bytes in encoded {
        do throws(Transaction.Malformed) {
          decoded.append(try Transaction(decoding: bytes, fork: .bpo2))
        } catch {
          throw .invalid(error.message)
        }
      }
      transactions = decoded
    }
    var options = attributes
    options.extraData = parameters[3] == nil ? [] : try parameters.bytes(3)
    guard options.extraData.count <= Header.extraDataMax else {
      throw .invalid("extra data exceeds max length")
    }
    let settled = options
    let list = transactions
    let (block, value) = try buildOrRefuse(api, parent, settled, list)
    return envelope(block, value)
  }

  private static func buildOrRefuse(
    _ api: EthereumAPI, _ parent: Digest, _ attributes: PayloadAttributes,
    _ transactions: [Transaction]?
  ) throws(RPCFailure) -> (SealedBlock, U256) {
    do throws(NodeFailure) {
      return try api.node.buildPayload(on: parent, attributes, transactions: transactions)
    } catch {
      if case .rejectedCall(let reason, let transaction, let sender) = error {
        throw .server(reason.message(transaction, from: sender))
      }
      throw RPCFailure(error)
    }
  }

  private static func envelope(_ block: SealedBlock, _ value: U256) -> JSON {
    let header = block.header
    return [
      "executionPayload": [
        "parentHash": .digest(header.parentHash), "feeRecipient": .address(header.beneficiary),
        "stateRoot": .digest(header.stateRoot), "receiptsRoot": .digest(header.receiptsRoot),
        "logsBloom": .bytes(header.bloom.bytes), "prevRandao": .digest(header.mixHash),
        "blockNumber": .quantity(header.number), "gasLimit": .quantity(header.gasLimit),
        "gasUsed": .quantity(header.gasUsed), "timestamp": .quantity(header.timestamp),
        "extraData": .bytes(header.extraData), "baseFeePerGas": .quantity(header.baseFee ?? .zero),
        "blockHash": .digest(block.hash),
        "transactions": .array(block.transactions.map { .bytes($0.transaction.encoded) }),
        "withdrawals": .array((block.withdrawals ?? []).map { JSON($0) }),
        "blobGasUsed": .quantity(header.blobGasUsed ?? 0),
        "excessBlobGas": .quantity(header.excessBlobGas ?? 0),
      ],
      "blockValue": .quantity(value),
      "blobsBundle": ["commitments": [], "proofs": [], "blobs": []],
      "executionRequests": [], "shouldOverrideBuilder": false,
    ]
  }
}

extension PayloadAttributes {
  fileprivate init(_ json: JSON) throws(BadValue) {
    guard let timestamp = json["timestamp"] else {
      throw BadValue("missing required field 'timestamp' for PayloadAttributes")
    }
    self.init(timestamp: try timestamp.asQuantity())
    let digest = { (value: JSON) throws(BadValue) in try value.asDigest() }
    randomness = try json.optional("prevRandao", digest) ?? Digest(.zero)
    beaconRoot = try json.optional("parentBeaconBlockRoot", digest) ?? Digest(.zero)
    beneficiary =
      try json.optional("suggestedFeeRecipient") { (value) throws(BadValue) in
        try value.asAddress()
      } ?? .zero
    withdrawals =
      try json.optional("withdrawals") { (value) throws(BadValue) in
        try value.list("[]*types.Withdrawal") { (item) throws(BadValue) in
          try item.asWithdrawal()
        }
      } ?? []
  }
}
