public import RPC
public import RPCServer
internal import Synchronization

/// Counts a server's calls under the names of OpenTelemetry that gRFC A66 gives them.
public final class ServerMetrics: ServerObserver {
  private let state = Mutex(State())

  private struct State: Sendable {
    var started: [String: Int] = [:]
    var ended: [Key: Series] = [:]
    var connectionsOpened = 0
    var connectionsOpen = 0
  }

  private struct Key: Hashable {
    let method: String
    let code: Status.Code
  }

  private struct Series {
    var duration = Histogram(bounds: Histogram.latencyBounds)
    var sent = Histogram(bounds: Histogram.sizeBounds)
    var received = Histogram(bounds: Histogram.sizeBounds)
  }

  public init() {}

  public func connectionOpened(_ connection: ConnectionRecord) {
    state.withLock { state in
      state.connectionsOpened += 1
      state.connectionsOpen += 1
    }
  }

  public func connectionClosed(_ connection: ConnectionRecord, reason: String?) {
    state.withLock { $0.connectionsOpen -= 1 }
  }

  public func callStarted(_ method: MethodDescriptor?) {
    let name = Self.label(method)
    state.withLock { $0.started[name, default: 0] += 1 }
  }

  public func callEnded(_ call: CallRecord) {
    let key = Key(method: Self.label(call.method), code: call.code)
    state.withLock { state in
      state.ended[key, default: Series()].duration.record(call.duration / .seconds(1))
      state.ended[key]?.sent.record(Double(call.responseBytes))
      state.ended[key]?.received.record(Double(call.requestBytes))
    }
  }

  /// Strangers must not be able to make up new series, so what is not ours has one name.
  private static func label(_ method: MethodDescriptor?) -> String {
    guard let method else { return "other" }
    return String(method.path.dropFirst())
  }
}

extension ServerMetrics {
  /// A page in Prometheus' text format, the process included.
  public func page(_ path: String = "/metrics") -> Page {
    Page(path) { _ in
      var text = PrometheusText()
      self.append(to: &text)
      ProcessMetrics.read().append(to: &text)
      return PageResponse(type: PrometheusText.contentType, text.text)
    }
  }

  func append(to text: inout PrometheusText) {
    let state = state.withLock { $0 }
    text.begin("grpc_server_call_started_total", .counter, "Calls that have begun.")
    for (method, count) in state.started.sorted(by: { $0.key < $1.key }) {
      text.sample("grpc_server_call_started_total", count, [("grpc_method", method)])
    }
    let ended = state.ended.sorted { left, right in
      (left.key.method, left.key.code.rawValue) < (right.key.method, right.key.code.rawValue)
    }
    func histogram(_ name: String, _ help: String, _ value: (Series) -> Histogram) {
      text.begin(name, .histogram, help)
      for (key, series) in ended {
        text.sample(
          name, value(series), [("grpc_method", key.method), ("grpc_status", "\(key.code)")])
      }
    }
    histogram(
      "grpc_server_call_duration_seconds", "How long calls took, from headers to status."
    ) { $0.duration }
    histogram(
      "grpc_server_call_sent_total_compressed_message_size_bytes",
      "Bytes of a call's responses as they travelled."
    ) { $0.sent }
    histogram(
      "grpc_server_call_rcvd_total_compressed_message_size_bytes",
      "Bytes of a call's requests as they travelled."
    ) { $0.received }
    text.begin("gensyn_server_connections", .gauge, "Connections that are open.")
    text.sample("gensyn_server_connections", state.connectionsOpen)
    text.begin("gensyn_server_connections_opened_total", .counter, "Connections that came.")
    text.sample("gensyn_server_connections_opened_total", state.connectionsOpened)
  }
}
