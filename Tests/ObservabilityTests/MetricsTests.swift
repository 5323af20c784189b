@testable import Observability
import RPC
@testable import RPCServer
import Testing

@Suite
struct MetricsTests {
  private let method = MethodDescriptor(service: "test.Service", name: "Call", kind: .unary)

  @Test
  func `a value counts in the bucket whose bound it does not pass`() {
    var histogram = Histogram(bounds: [0, 1, 2])

    for value in [0, 0.5, 1, 1.5, 2, 3] { histogram.record(value) }

    #expect(histogram.counts == [1, 2, 2, 1])
    #expect(histogram.sum == 8)
    #expect(histogram.count == 6)
  }

  @Test
  func `buckets add up in the text`() {
    var histogram = Histogram(bounds: [0.5, 1])
    for value in [0.25, 0.75, 9] { histogram.record(value) }
    var text = PrometheusText()

    text.sample("h", histogram, [("a", "b")])

    #expect(
      text.text == """
        h_bucket{a="b",le="0.5"} 1
        h_bucket{a="b",le="1"} 2
        h_bucket{a="b",le="+Inf"} 3
        h_sum{a="b"} 10
        h_count{a="b"} 3

        """)
  }

  @Test
  func `labels cannot break out of their quotes`() {
    var text = PrometheusText()

    text.sample("m", 1, [("l", "a\"b\\c\nd")])

    #expect(text.text == "m{l=\"a\\\"b\\\\c\\nd\"} 1\n")
  }

  @Test
  func `counts calls by method and status, strangers' under one name`() {
    let metrics = ServerMetrics()
    metrics.callStarted(method)
    metrics.callStarted(nil)
    metrics.callStarted(nil)
    metrics.callEnded(record(method, .ok, .milliseconds(3)))
    metrics.callEnded(record(nil, .unimplemented, .zero))
    var text = PrometheusText()

    metrics.append(to: &text)

    let lines = Set(text.text.split(separator: "\n").map(String.init))
    let labels = #"grpc_method="test.Service/Call",grpc_status="OK""#
    #expect(lines.contains(#"grpc_server_call_started_total{grpc_method="test.Service/Call"} 1"#))
    #expect(lines.contains(#"grpc_server_call_started_total{grpc_method="other"} 2"#))
    #expect(lines.contains("grpc_server_call_duration_seconds_bucket{\(labels),le=\"0.002\"} 0"))
    #expect(lines.contains("grpc_server_call_duration_seconds_bucket{\(labels),le=\"0.003\"} 1"))
    #expect(
      lines.contains(
        "grpc_server_call_rcvd_total_compressed_message_size_bytes_sum{\(labels)} 100"))
    #expect(
      lines.contains(
        "grpc_server_call_sent_total_compressed_message_size_bytes_bucket{\(labels),le=\"0\"} 0"))
  }

  @Test
  func `tells what the process uses`() {
    let metrics = ProcessMetrics.read()

    #expect(metrics.residentBytes > 1 << 20)
    #expect(metrics.openFileCount > 2)
    #expect(metrics.threadCount > 0)
    #expect(metrics.cpuSeconds >= 0)
  }

  private func record(
    _ method: MethodDescriptor?, _ code: Status.Code, _ duration: Duration
  ) -> CallRecord {
    CallRecord(
      method: method, wireProtocol: "grpc", peer: Peer(address: "127.0.0.1:1"), code: code,
      duration: duration, requestCount: 1, responseCount: 1, requestBytes: 100,
      responseBytes: 200, traceParent: nil)
  }
}
