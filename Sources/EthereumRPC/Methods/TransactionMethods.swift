internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives
internal import Synchronization

/// Transactions: those that are, and those to come.
enum TransactionMethods {
  static let all: [String: EthereumAPI.Method] = [
    "eth_getTransactionByHash": { (api, parameters) throws(RPCFailure) in
      let hash = try parameters.digest(0)
      if let sealed = try sealed(api, hash) { return JSON(sealed) }
      return api.node.pooledTransaction(hash).map { JSON($0) } ?? .null
    },
    "eth_getTransactionByBlockHashAndIndex": { (api, parameters) throws(RPCFailure) in
      try at(api, .hash(try parameters.digest(0)), try parameters.quantity(1)).map { JSON($0) }
        ?? .null
    },
    "eth_getTransactionByBlockNumberAndIndex": { (api, parameters) throws(RPCFailure) in
      try at(api, try parameters.requiredBlock(0), try parameters.quantity(1)).map { JSON($0) }
        ?? .null
    },
    "eth_getRawTransactionByHash": { (api, parameters) throws(RPCFailure) in
      try raw(api, try parameters.digest(0)) ?? .null
    },
    "eth_getRawTransactionByBlockHashAndIndex": { (api, parameters) throws(RPCFailure) in
      try at(api, .hash(try parameters.digest(0)), try parameters.quantity(1))
        .map { .bytes($0.transaction.encoded) } ?? .null
    },
    "eth_getRawTransactionByBlockNumberAndIndex": { (api, parameters) throws(RPCFailure) in
      try at(api, try parameters.requiredBlock(0), try parameters.quantity(1))
        .map { .bytes($0.transaction.encoded) } ?? .null
    },
    "eth_getTransactionReceipt": { (api, parameters) throws(RPCFailure) in
      try sealed(api, try parameters.digest(0)).map { JSON(receiptOf: $0) } ?? .null
    },
    "eth_sendRawTransaction": { (api, parameters) throws(RPCFailure) in
      .digest(try send(api, try parameters.bytes(0)))
    },
    "eth_sendRawTransactionSync": { (api, parameters) throws(RPCFailure) in
      try sendAndWait(api, parameters)
    },
    "eth_accounts": { (api, _) throws(RPCFailure) in
      .array(api.configuration.accounts.addresses.map { .address($0) })
    },
    "eth_sendTransaction": { (api, parameters) throws(RPCFailure) in
      .digest(try sendUnsigned(api, parameters))
    },
    "eth_signTransaction": { (api, parameters) throws(RPCFailure) in
      let (transaction, key) = try signed(api, parameters)
      _ = key
      return [
        "raw": .bytes(transaction.encoded),
        "tx": JSON(
          transaction, hash: transaction.hash, from: transaction.sender() ?? .zero, place: nil,
          gasPrice: transaction.maxFeePerGas),
      ]
    },
    "eth_fillTransaction": { (api, parameters) throws(RPCFailure) in
      let call = try parameters.call(0)
      let transaction = try fill(api, call)
      return [
        "raw": .bytes(transaction.encoded),
        "tx": JSON(
          transaction, hash: transaction.hash, from: call.from, place: nil,
          gasPrice: transaction.maxFeePerGas),
      ]
    },
    "eth_sign": { (api, parameters) throws(RPCFailure) in
      try api.configuration.accounts.sign(
        try parameters.bytes(1), by: try parameters.address(0))
    },
    "personal_sign": { (api, parameters) throws(RPCFailure) in
      try api.configuration.accounts.sign(
        try parameters.bytes(0), by: try parameters.address(1))
    },
    "eth_signTypedData_v4": { (api, parameters) throws(RPCFailure) in
      try api.configuration.accounts.sign(
        typedData: try parameters.required(1), by: try parameters.address(0))
    },
  ]

  static func sealed(_ api: EthereumAPI, _ hash: Digest) throws(RPCFailure) -> SealedTransaction? {
    try api.ask { (node) throws(NodeFailure) in try node.transaction(hash) }
  }

  static func raw(_ api: EthereumAPI, _ hash: Digest) throws(RPCFailure) -> JSON? {
    if let sealed = try sealed(api, hash) { return .bytes(sealed.transaction.encoded) }
    return api.node.pooledTransaction(hash).map { .bytes($0.transaction.encoded) }
  }

  private static func at(
    _ api: EthereumAPI, _ reference: BlockReference, _ index: UInt64
  ) throws(RPCFailure) -> SealedTransaction? {
    guard let block = try BlockMethods.found(api, reference),
      index < UInt64(block.transactions.count)
    else { return nil }
    return block.transactions[Int(index)]
  }

  static func send(_ api: EthereumAPI, _ sent: [UInt8]) throws(RPCFailure) -> Digest {
    let bytes = BlobSidecar(sent)?.transaction ?? sent
    do throws(PoolRejection) {
      return try api.node.submit(bytes)
    } catch {
      throw RPCFailure(error, try? Transaction(decoding: bytes, fork: .bpo2))
    }
  }

  /// Sends and answers with the receipt, where the block comes at once (EIP-7966).
  private static func sendAndWait(
    _ api: EthereumAPI, _ parameters: Parameters
  ) throws(RPCFailure) -> JSON {
    let hash = try send(api, try parameters.bytes(0))
    if let sealed = try sealed(api, hash) { return JSON(receiptOf: sealed) }
    throw RPCFailure(
      4, "the transaction is in the pool and was not included in time", data: .digest(hash))
  }

  // MARK: Accounts of the node

  private static func sendUnsigned(
    _ api: EthereumAPI, _ parameters: Parameters
  ) throws(RPCFailure) -> Digest {
    let call = try parameters.call(0)
    if let development = api.node.development,
      !api.configuration.accounts.contains(call.from), development.isImpersonated(call.from)
    {
      let transaction = try fill(api, call)
      do throws(PoolRejection) {
        return try development.submit(unsigned: transaction, from: call.from)
      } catch {
        throw RPCFailure(error, transaction)
      }
    }
    let (transaction, _) = try signed(api, parameters)
    return try send(api, transaction.encoded)
  }

  private static func signed(
    _ api: EthereumAPI, _ parameters: Parameters
  ) throws(RPCFailure) -> (Transaction, Address) {
    let call = try parameters.call(0)
    guard api.configuration.accounts.contains(call.from) else { throw .server("unknown account") }
    let filled = try fill(api, call)
    return (try api.configuration.accounts.sign(filled, by: call.from), call.from)
  }

  /// Completes what a caller left open: nonce, gas and fees.
  static func fill(_ api: EthereumAPI, _ call: CallRequest) throws(RPCFailure) -> Transaction {
    var call = call
    if call.nonce == nil {
      let sender = call.from
      call.nonce = try api.ask { (node) throws(NodeFailure) in try node.nextNonce(of: sender) }
    }
    if call.gasPrice == nil {
      var tip = U256.zero
      if let wanted = call.maxPriorityFeePerGas {
        tip = wanted
      } else {
        tip = try api.ask { (node) throws(NodeFailure) in try node.suggestedTip() }
      }
      call.maxPriorityFeePerGas = tip
      let fee = api.node.nextBaseFee
      call.maxFeePerGas = call.maxFeePerGas ?? (fee &+ fee &+ tip)
    }
    if call.gasLimit == nil {
      let request = call
      call.gasLimit = try api.ask(call) { (node) throws(NodeFailure) in
        try node.estimateGas(request)
      }
    }
    var kind = Transaction.Kind.dynamicFee
    if call.gasPrice != nil { kind = call.accessList == nil ? .legacy : .accessList }
    if !call.authorizations.isEmpty { kind = .setCode }
    let price = call.gasPrice
    return Transaction(
      kind: kind, chainID: api.node.chainID, nonce: call.nonce ?? 0,
      maxPriorityFeePerGas: price ?? call.maxPriorityFeePerGas ?? .zero,
      maxFeePerGas: price ?? call.maxFeePerGas ?? .zero, gasLimit: call.gasLimit ?? 0, to: call.to,
      value: call.value, data: call.data, accessList: call.accessList ?? [],
      authorizations: call.authorizations)
  }
}
