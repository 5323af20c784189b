internal import Chain
internal import JSONTree
internal import Primitives

/// What gas costs.
enum FeeMethods {
  static let all: [String: EthereumAPI.Method] = [
    "eth_gasPrice": { (api, _) throws(RPCFailure) in
      .quantity(try api.ask { (node) throws(NodeFailure) in try node.suggestedGasPrice() })
    },
    "eth_maxPriorityFeePerGas": { (api, _) throws(RPCFailure) in
      .quantity(try api.ask { (node) throws(NodeFailure) in try node.suggestedTip() })
    },
    "eth_baseFee": { (api, _) throws(RPCFailure) in .quantity(api.node.nextBaseFee) },
    "eth_blobBaseFee": { (api, _) throws(RPCFailure) in
      .quantity(
        try api.ask { (node) throws(NodeFailure) in
          try node.feeHistory(count: 1, newest: .latest).blobBaseFees.last ?? .zero
        })
    },
    "eth_feeHistory": { (api, parameters) throws(RPCFailure) in try history(api, parameters) },
  ]

  private static func history(
    _ api: EthereumAPI, _ parameters: Parameters
  ) throws(RPCFailure) -> JSON {
    let count = try parameters.looseQuantity(0) ?? 0
    let newest = try parameters.requiredBlock(1)
    let percentiles = try percentiles(parameters)
    if case .number(let number) = newest, number > api.node.head.number {
      throw .server(
        "request beyond head block: requested \(number), head \(api.node.head.number)")
    }
    let history = try api.ask { (node) throws(NodeFailure) in
      try node.feeHistory(count: count, newest: newest, percentiles: percentiles)
    }
    var json: JSON = ["oldestBlock": .quantity(history.oldest)]
    if !percentiles.isEmpty {
      json.append(
        "reward", .array(history.rewards.map { .array($0.map { .quantity($0) }) }))
    }
    json.append("baseFeePerGas", .array(history.baseFees.map { .quantity($0) }))
    json.append("gasUsedRatio", .array(history.gasUsedRatios.map { ratio($0) }))
    json.append("baseFeePerBlobGas", .array(history.blobBaseFees.map { .quantity($0) }))
    json.append("blobGasUsedRatio", .array(history.blobGasUsedRatios.map { ratio($0) }))
    return json
  }

  private static func percentiles(_ parameters: Parameters) throws(RPCFailure) -> [Double] {
    guard parameters[2] != nil else { return [] }
    let values = try parameters.value(2) { (value) throws(BadValue) in
      try value.list("[]float64") { (element) throws(BadValue) in
        guard case .number(let text) = element, let number = Double(text), number.isFinite else {
          throw BadValue.type(element, "float64")
        }
        return number
      }
    }
    var last = 0.0
    for value in values {
      guard (0...100).contains(value) else { throw .server("invalid reward percentile: \(value)") }
      guard value >= last else {
        throw .server("invalid reward percentile: \(value) after \(last)")
      }
      last = value
    }
    return values
  }

  /// A whole number without a point, as other nodes write it.
  private static func ratio(_ value: Double) -> JSON {
    .number(value == value.rounded() ? String(Int(value)) : "\(value)")
  }
}
