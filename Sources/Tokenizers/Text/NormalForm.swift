@_spi(_Unicode) import Swift

/// Unicode's canonical forms (UAX 15), by the tables of the standard library.
enum NormalForm {
  static func decomposed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    Array(string(text)._nfd)
  }

  static func composed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    Array(string(text)._nfc)
  }

  private static func string(_ text: [Unicode.Scalar]) -> String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: text)
    return String(result)
  }
}
