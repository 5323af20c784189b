// Tokenizes the texts that a comparison hands over: `conformance-tokenizers json|gguf FILE`.
//
// Each line of input is a text as hexadecimal UTF-8; a second text may follow behind a comma. Each
// line of output holds the numbers of the tokens, those of the segments, the decoded text, and the
// text as it would be streamed, both in hexadecimal.

internal import Files
internal import ModelFiles
internal import Tokenizers

let arguments = CommandLine.arguments
guard arguments.count == 3 else { fatalError("usage: conformance-tokenizers json|gguf FILE") }

let file = try MappedFile(arguments[2], followsLinks: true)
let tokenizer = try file.withBytes { bytes in
  arguments[1] == "gguf"
    ? try Tokenizer(gguf: GGUFFile(bytes).metadata) : try Tokenizer(json: bytes)
}

func decodeHex(_ text: Substring) -> String {
  let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
  let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
    UInt8(digits[$0] << 4 | digits[$0 + 1])
  }
  return String(decoding: bytes, as: UTF8.self)
}

func hex(_ text: String) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: text.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

while let line = readLine() {
  let texts = line.split(separator: ",", omittingEmptySubsequences: false).map(decodeHex)
  let encoding = tokenizer.encode(texts[0], texts.count > 1 ? texts[1] : nil)
  var stream = TextStream(tokenizer)
  let streamed = encoding.ids.map { stream.append($0) }.joined() + stream.finish()
  let ids = encoding.ids.map(String.init).joined(separator: " ")
  let types = encoding.typeIDs.map(String.init).joined(separator: " ")
  print("\(ids)\t\(types)\t\(hex(tokenizer.decode(encoding.ids)))\t\(hex(streamed))")
}
