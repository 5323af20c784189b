import GensynClient
import RPC
import Testing

@testable import gensyn

@Suite
struct OutputTests {
  @Test
  func `every status has a code of its own`() {
    let codes = Status.Code.allCases.filter { $0 != .ok }.map { Outcome.status($0).exitCode }
    #expect(codes == Array(11...26))
    #expect(Set(Outcome.documented.map(\.code)).count == Outcome.documented.count)
    #expect(Set(codes).isSubset(of: Outcome.documented.map(\.code)))
  }

  @Test
  func `an error shows its code, message and details`() {
    let report = ErrorReport(
      RPCError(.notFound, "no \"such\" thing", details: [.badField("a.b", "is bad")]))
    #expect(report.outcome == .status(.notFound))
    #expect(report.text == "NOT_FOUND: no \"such\" thing\n  field a.b: is bad")
    #expect(
      report.json.text == """
        {"code":"NOT_FOUND","message":"no \\"such\\" thing","details":[{"@type":\
        "type.googleapis.com/google.rpc.BadRequest","value":{"fieldViolations":[{"field":"a.b",\
        "description":"is bad"}]}}]}
        """)
  }

  @Test
  func `a wrong message in a stream is the user's mistake`() {
    let report = ErrorReport(RPCError(.cancelled, "", cause: UserError("message 2 is bad")))
    #expect(report.outcome == .usage)
    #expect(report.text == "message 2 is bad")
  }

  @Test
  func `columns are aligned`() {
    var table = Table("A", "LONG")
    table.add("wide", "x", json: [:])
    #expect(table.text == "A     LONG\nwide  x")
  }

  @Test
  func `JSON escapes what it must`() {
    #expect(JSON.string("a\"\\\n\u{1}é").text == "\"a\\\"\\\\\\n\\u0001é\"")
  }

  @Test
  func `sizes have three or four digits`() {
    #expect(ByteCount.text(999) == "999 B")
    #expect(ByteCount.text(1000) == "1.0 kB")
    #expect(ByteCount.text(999_949) == "999.9 kB")
    #expect(ByteCount.text(999_950) == "1.0 MB")
    #expect(ByteCount.text(.max) == "18.4 EB")
  }

  @Test
  func `a bar fits its terminal`() {
    let progress = TransferProgress(.transferring, doneBytes: 50, totalBytes: 100)
    let line = ProgressBar.line(progress, bytesPerSecond: 10, columns: 80)
    #expect(line.hasPrefix("[==="))
    #expect(line.hasSuffix(" 50 %  50 B of 100 B  10 B/s  00:05"))
    #expect(line.count < 80)
  }

  @Test
  func `a histogram knows its quantiles to about one per cent`() {
    var histogram = LatencyHistogram()
    for microseconds in 1...10_000 { histogram.record(.microseconds(microseconds)) }

    for share in [0.5, 0.9, 0.99, 0.999] {
      let exact = share * 10_000
      let found = histogram.quantile(share) / .microseconds(1)
      #expect(abs(found - exact) / exact < 0.02)
    }
    #expect(histogram.quantile(1) == .microseconds(10_000))
    #expect(histogram.mean == .nanoseconds(5_000_500))
    #expect(LatencyHistogram().quantile(0.5) == .zero)
  }

  @Test
  func `a histogram takes any duration`() {
    var histogram = LatencyHistogram()
    for duration in [Duration.zero, .nanoseconds(1), .seconds(1e12), .seconds(-1)] {
      histogram.record(duration)
    }
    #expect(histogram.count == 4)
  }
}
