internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives
internal import Tracers

/// What would happen.
enum CallMethods {
  static let all: [String: EthereumAPI.Method] = [
    "eth_call": { (api, parameters) throws(RPCFailure) in
      let call = try parameters.call(0)
      let reference = try parameters.block(1)
      let (state, block) = (try parameters.stateOverrides(2), try parameters.blockOverrides(3))
      let result = try api.ask(call) { (node) throws(NodeFailure) in
        try node.call(call, at: reference, state: state, block: block)
      }
      guard result.status == .success else { throw RPCFailure(result.status, result.output) }
      return .bytes(result.output)
    },
    "eth_estimateGas": { (api, parameters) throws(RPCFailure) in
      let call = try parameters.call(0)
      let reference = try parameters.block(1)
      let (state, block) = (try parameters.stateOverrides(2), try parameters.blockOverrides(3))
      return .quantity(
        try api.ask(call) { (node) throws(NodeFailure) in
          try node.estimateGas(call, at: reference, state: state, block: block)
        })
    },
    "eth_createAccessList": { (api, parameters) throws(RPCFailure) in
      let call = try parameters.call(0)
      let reference = try parameters.block(1)
      let state = try parameters.stateOverrides(2)
      let (list, result) = try api.ask(call) { (node) throws(NodeFailure) in
        try node.createAccessList(call, at: reference, state: state)
      }
      var json: JSON = ["accessList": JSON(list), "gasUsed": .quantity(result.gasUsed)]
      if let failure = result.status.failureMessage { json.append("error", .string(failure)) }
      return json
    },
  ]
}
