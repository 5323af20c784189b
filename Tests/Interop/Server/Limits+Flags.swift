internal import HTTP2
internal import RPCServer

extension RPCServer.Limits {
  /// Sets times (in milliseconds) and counts that tests want smaller than a server needs them, or
  /// as a public server has them: `--public=true` starts from the defaults.
  mutating func adjust(_ flags: [String: String]) {
    if flags["public"] == "true" { self = RPCServer.Limits() }
    let times: [String: WritableKeyPath<RPCServer.Limits, Duration>] = [
      "handshake_timeout": \.handshakeTimeout, "write_timeout": \.writeTimeout,
      "idle_timeout": \.idleTimeout, "request_timeout": \.requestTimeout,
      "request_stall_timeout": \.requestStallTimeout,
      "response_stall_timeout": \.responseStallTimeout, "drain_timeout": \.drainTimeout,
    ]
    for (name, path) in times {
      if let value = flags[name].flatMap({ Int($0) }) { self[keyPath: path] = .milliseconds(value) }
    }
    let counts: [String: WritableKeyPath<RPCServer.Limits, Int>] = [
      "connections_max": \.connectionsMax, "connections_per_peer_max": \.connectionsPerPeerMax,
      "running_calls_max": \.runningCallsMax,
      "running_calls_per_connection_max": \.runningCallsPerConnectionMax,
    ]
    for (name, path) in counts {
      if let value = flags[name].flatMap({ Int($0) }) { self[keyPath: path] = value }
    }
  }
}
