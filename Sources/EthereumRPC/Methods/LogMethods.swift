internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// Logs, and filters that wait for more.
enum LogMethods {
  static let all: [String: EthereumAPI.Method] = [
    "eth_getLogs": { (api, parameters) throws(RPCFailure) in
      let query = try parameters.value(0) { (value) throws(BadValue) in try LogQuery(value) }
      return .array(try query.run(api).map { JSON($0) })
    },
    "eth_newFilter": { (api, parameters) throws(RPCFailure) in
      let query = try parameters.value(0) { (value) throws(BadValue) in try LogQuery(value) }
      return .string(
        try api.filters.add(.logs(query, nextBlock: api.node.head.number + 1), now: api.node.now))
    },
    "eth_newBlockFilter": { (api, _) throws(RPCFailure) in
      .string(
        try api.filters.add(.blocks(nextBlock: api.node.head.number + 1), now: api.node.now))
    },
    "eth_newPendingTransactionFilter": { (api, parameters) throws(RPCFailure) in
      .string(
        try api.filters.add(
          .pending(position: api.node.pendingPosition, full: try parameters.flag(0) ?? false),
          now: api.node.now))
    },
    "eth_uninstallFilter": { (api, parameters) throws(RPCFailure) in
      .bool(api.filters.remove(try parameters.string(0)))
    },
    "eth_getFilterChanges": { (api, parameters) throws(RPCFailure) in
      try changes(api, try parameters.string(0))
    },
    "eth_getFilterLogs": { (api, parameters) throws(RPCFailure) in
      guard
        case .logs(let query, _)? = api.filters.find(try parameters.string(0), now: api.node.now)
      else { throw .server("filter not found") }
      return .array(try query.run(api).map { JSON($0) })
    },
  ]

  private static func changes(_ api: EthereumAPI, _ id: String) throws(RPCFailure) -> JSON {
    guard let filter = api.filters.find(id, now: api.node.now) else {
      throw .server("filter not found")
    }
    let head = api.node.head.number
    switch filter {
    case .blocks(let next):
      var hashes: [JSON] = []
      // Whoever asks seldom gets the latest blocks and not thousands of them.
      let first = max(next, head >= 1024 ? head - 1023 : 0)
      if first <= head {
        for number in first...head {
          let hash = try api.ask { (node) throws(NodeFailure) in
            try node.hash(ofNumber: number)
          }
          if let hash { hashes.append(.digest(hash)) }
        }
      }
      api.filters.advance(id, .blocks(nextBlock: head + 1))
      return .array(hashes)
    case .logs(let query, let next):
      let found = try query.run(api, from: next, to: head)
      api.filters.advance(id, .logs(query, nextBlock: head + 1))
      return .array(found.map { JSON($0) })
    case .pending(let position, let isFull):
      let (hashes, next) = api.node.pendingHashes(from: position)
      api.filters.advance(id, .pending(position: next, full: isFull))
      return .array(
        hashes.map { hash in
          isFull ? api.node.pooledTransaction(hash).map { JSON($0) } ?? .null : .digest(hash)
        })
    }
  }
}

/// Which logs of which blocks.
struct LogQuery: Sendable {
  var filter: LogFilter
  var blockHash: Digest?
  var from: BlockReference?
  var to: BlockReference?

  init(_ json: JSON) throws(BadValue) {
    guard json.members != nil else { throw BadValue.type(json, "filters.FilterCriteria") }
    blockHash = try json.optional("blockHash") { (value) throws(BadValue) in
      try value.asDigest()
    }
    from = try json.optional("fromBlock") { (value) throws(BadValue) in
      try value.asBlock(hashes: false)
    }
    to = try json.optional("toBlock") { (value) throws(BadValue) in
      try value.asBlock(hashes: false)
    }
    if blockHash != nil, from != nil || to != nil {
      throw BadValue(
        "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other")
    }
    filter = LogFilter()
    switch json["address"] {
    case nil: break
    case .array(let elements)?:
      for element in elements { filter.addresses.append(try element.asAddress()) }
    case let one?: filter.addresses = [try one.asAddress()]
    }
    guard let topics = json["topics"] else { return }
    guard let positions = topics.elements else { throw BadValue.type(topics, "[]interface {}") }
    guard positions.count <= 4 else { throw BadValue("exceed max topics") }
    for position in positions {
      switch position {
      case .null: filter.topics.append([])
      case .array(let choices):
        // A null among the choices lets everything through.
        let isOpen = choices.contains(.null)
        var wanted: [Digest] = []
        for choice in choices where !choice.isNull { wanted.append(try choice.asDigest()) }
        filter.topics.append(isOpen ? [] : wanted)
      default: filter.topics.append([try position.asDigest()])
      }
    }
  }

  func run(_ api: EthereumAPI) throws(RPCFailure) -> [FoundLog] {
    if let blockHash {
      guard let block = try BlockMethods.found(api, .hash(blockHash)) else {
        throw .server("unknown block")
      }
      return block.logs(filter)
    }
    let head = api.node.head.number
    let first = try number(api, from ?? .latest)
    let last = try number(api, to ?? .latest)
    guard first <= last else { throw .invalid("invalid block range params") }
    guard last <= head else { throw .invalid("block range extends beyond current head block") }
    return try run(api, from: first, to: last)
  }

  func run(
    _ api: EthereumAPI, from first: UInt64, to last: UInt64
  ) throws(RPCFailure) -> [FoundLog] {
    guard first <= last else { return [] }
    return try api.ask { (node) throws(NodeFailure) in
      try node.logs(filter, from: first, to: last)
    }
  }

  private func number(
    _ api: EthereumAPI, _ reference: BlockReference
  ) throws(RPCFailure) -> UInt64 {
    switch reference {
    case .number(let number): number
    case .pending: api.node.head.number
    default:
      try api.ask { (node) throws(NodeFailure) in try node.number(of: reference) } ?? 0
    }
  }
}
