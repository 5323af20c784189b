internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// What waits for a block.
enum PoolMethods {
  static let all: [String: EthereumAPI.Method] = [
    "txpool_status": { (api, _) throws(RPCFailure) in
      let status = api.node.poolStatus
      return ["pending": .quantity(status.pending), "queued": .quantity(status.queued)]
    },
    "txpool_content": { (api, _) throws(RPCFailure) in
      let content = api.node.poolContent
      return [
        "pending": bySender(content.pending) { JSON($0) },
        "queued": bySender(content.queued) { JSON($0) },
      ]
    },
    "txpool_contentFrom": { (api, parameters) throws(RPCFailure) in
      let address = try parameters.address(0)
      let content = api.node.poolContent(from: address)
      return [
        "pending": byNonce(content.pending[address] ?? []) { JSON($0) },
        "queued": byNonce(content.queued[address] ?? []) { JSON($0) },
      ]
    },
    "txpool_inspect": { (api, _) throws(RPCFailure) in
      let content = api.node.poolContent
      return [
        "pending": bySender(content.pending) { .string(summary($0)) },
        "queued": bySender(content.queued) { .string(summary($0)) },
      ]
    },
    "eth_pendingTransactions": { (api, _) throws(RPCFailure) in
      .array(
        api.node.poolContent.pending.sorted { $0.key < $1.key }.flatMap {
          $0.value.map { JSON($0) }
        })
    },
  ]

  private static func bySender(
    _ transactions: [Address: [PooledTransaction]], _ body: (PooledTransaction) -> JSON
  ) -> JSON {
    .object(
      transactions.sorted { $0.key < $1.key }.map { address, transactions in
        JSON.Member("\(address)", byNonce(transactions, body))
      })
  }

  private static func byNonce(
    _ transactions: [PooledTransaction], _ body: (PooledTransaction) -> JSON
  ) -> JSON {
    .object(transactions.map { JSON.Member("\($0.transaction.nonce)", body($0)) })
  }

  private static func summary(_ pooled: PooledTransaction) -> String {
    let transaction = pooled.transaction
    let target = transaction.to.map { "\($0)" } ?? "contract creation"
    return "\(target): \(transaction.value) wei + \(transaction.gasLimit) gas ×"
      + " \(transaction.maxFeePerGas) wei"
  }
}
