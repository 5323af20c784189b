import Testing

@testable import REE

@Suite
struct StopTextsTests {
  @Test
  func `holds back what may become a stop text`() {
    var stops = StopTexts(["</end>", "ü!"])
    #expect(stops.append("a<") == ("a", false))
    #expect(stops.append("/en") == ("", false))
    #expect(stops.append("ü") == ("</en", false))
    #expect(stops.append("?</end") == ("ü?", false))
    #expect(stops.append("> b") == ("", true))
  }

  @Test
  func `takes the stop text that begins first`() {
    var stops = StopTexts(["bc", "abcd"])
    #expect(stops.append("xabcd") == ("x", true))
  }

  @Test
  func `gives the rest back at the end`() {
    var stops = StopTexts(["</end>"])
    #expect(stops.append("a</e") == ("a", false))
    #expect(stops.finish() == "</e")
    #expect(stops.finish() == "")
  }
}
