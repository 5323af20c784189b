internal import Buffers
internal import Fuzz
internal import RPC
internal import RPCWire
internal import Testing

/// A short run of what the fuzzers do at length: random bytes, and good input with a few bytes
/// changed.
@Suite
struct FuzzTests {
  static let targets: [(name: String, run: @Sendable (RawSpan) -> Void)] = [
    ("deframer", fuzzDeframer), ("fields", fuzzFields), ("headers", fuzzHeaders),
    ("decompressor", fuzzDecompressor), ("base64", fuzzBase64Stream), ("connect", fuzzConnect),
  ]

  static let seeds: [[UInt8]] =
    [
      "\u{1}\0\0\0\u{5}hello\0\0\0\0\0", "99999999H", "application/grpc+proto; charset=utf-8",
      "gzip;q=0, *;q=0.5", "Zg==Zm8=Zm9v",
      "grpc-status: 5\r\na-bin: Zg,Zm8=\r\ngrpc-message: %41\r\n",
      #"{"error":{"code":"aborted","details":[{"type":"a.B","value":"Zg"}]},"metadata":{"a":["1"]}}"#,
      #"{"code":"aborted","message":"\u00e9","details":[{"type":"a.B","value":"Zg"}]}"#,
      "connect=v1&encoding=json&base64=1&compression=gzip&message=Zg%3D%3D",
    ].map { Array($0.utf8) } + compressed

  static var compressed: [[UInt8]] {
    let compressor = Compressor()
    return Compression.allCases.map { algorithm in
      appended { output in
        read([UInt8](repeating: 1, count: 300)) {
          compressor.compress($0, into: &output, algorithm)
        }
      }
    }
  }

  @Test(arguments: targets.indices)
  func `no input makes a parser trap`(target: Int) {
    let run = Self.targets[target].run
    var random = SplitMix(state: 9)
    for round in 0..<3000 {
      var input = round % 3 == 0 ? random.bytes(upTo: 64) : Self.seeds[round % Self.seeds.count]
      for _ in 0..<(round % 5) {
        guard let index = input.indices.randomElement(using: &random) else { break }
        switch round % 4 {
        case 0: input[index] = .random(in: 0...255, using: &random)
        case 1: input.remove(at: index)
        case 2: input.insert(.random(in: 0...255, using: &random), at: index)
        default: input = Array(input.prefix(index))
        }
      }
      read(input) { run($0) }
    }
  }
}
