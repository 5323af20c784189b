internal import RPCWire
internal import Testing

@Suite
struct TextTests {
  @Test(arguments: [
    ("", ""), ("plain text", "plain text"), ("100%", "100%25"), ("a\r\nb", "a%0D%0Ab"),
    ("é", "%C3%A9"), ("\u{7F}~", "%7F~"), (" a b ", "%20a b%20"), ("☺", "%E2%98%BA"),
  ])
  func `a message is percent-encoded`(text: String, encoded: String) {
    #expect(PercentEncoding.encodeMessage(text) == encoded)
    #expect(read(encoded) { PercentEncoding.decodeMessage($0) } == text)
  }

  @Test(arguments: [
    ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("a%", "a%"), ("%%41", "%A"), ("%e2%98%ba", "☺"),
    ("%FF", "\u{FFFD}"), ("+", "+"),
  ])
  func `a bad escape is left as it is`(encoded: String, text: String) {
    #expect(read(encoded) { PercentEncoding.decodeMessage($0) } == text)
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
    ("foobar", "Zm9vYmFy"),
  ])
  func `base64 is that of RFC 4648`(text: String, encoded: String) {
    let padded = encoded + String(repeating: "=", count: (4 - encoded.count % 4) % 4)

    #expect(read(text) { Base64.encode($0) } == encoded)
    #expect(read(text) { Base64.encode($0, padded: true) } == padded)
    #expect(read(encoded) { Base64.decode($0) } == Array(text.utf8))
    #expect(read(padded) { Base64.decode($0) } == Array(text.utf8))
  }

  @Test
  func `the alphabets differ in two digits`() {
    let bytes: [UInt8] = [0xFB, 0xFF]

    #expect(read(bytes) { Base64.encode($0) } == "+/8")
    #expect(read(bytes) { Base64.encode($0, .url) } == "-_8")
    #expect(read("-_8") { Base64.decode($0, .url) } == bytes)
    #expect(read("-_8") { Base64.decode($0) } == nil)
    #expect(read("+/8") { Base64.decode($0, .url) } == nil)
  }

  @Test(arguments: [
    "Z", "Zm9vZ", "=", "Z=", "Zg=", "Zg===", "Zm8==", "Zg==Zg==", "Z g=", "Zg\n", "Zm9v=", "Zg=a",
  ])
  func `other text is no base64`(text: String) {
    #expect(read(text) { Base64.decode($0) } == nil)
  }

  @Test
  func `random text and bytes come back`() {
    var random = SplitMix(state: 2)
    for _ in 0..<500 {
      let bytes = random.bytes(upTo: 100)
      let message = String(decoding: bytes, as: UTF8.self)
      let encoded = PercentEncoding.encodeMessage(message)
      #expect(encoded.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7E })
      #expect(read(encoded) { PercentEncoding.decodeMessage($0) } == message)
      for padded in [false, true] {
        let text = read(bytes) { Base64.encode($0, .url, padded: padded) }
        #expect(read(text) { Base64.decode($0, .url) } == bytes)
      }
    }
  }
}
