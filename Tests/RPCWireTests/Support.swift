internal import Buffers
internal import HTTP
internal import RPC

/// Lets `body` read the bytes.
func read<R: ~Copyable, E: Error>(
  _ bytes: [UInt8], _ body: (RawSpan) throws(E) -> R
) throws(E) -> R {
  let span = bytes.span
  return try body(unsafe span.bytes)
}

/// Lets `body` read the text's bytes.
func read<R: ~Copyable, E: Error>(
  _ text: String, _ body: (RawSpan) throws(E) -> R
) throws(E) -> R {
  try read(Array(text.utf8), body)
}

/// The code that `body` fails with, OK if it does not.
func code<R: ~Copyable>(_ body: () throws -> R) -> Status.Code? {
  do {
    _ = try body()
    return .ok
  } catch {
    return (error as? RPCError)?.code
  }
}

func array(_ queue: borrowing ByteQueue) -> [UInt8] {
  queue.withBytes { span in unsafe span.withUnsafeBytes { unsafe [UInt8]($0) } }
}

func text(_ queue: borrowing ByteQueue) -> String {
  String(decoding: array(queue), as: UTF8.self)
}

func queue(_ bytes: [UInt8]) -> ByteQueue {
  var queue = ByteQueue()
  queue.append(bytes)
  return queue
}

/// The bytes that `body` appends.
func appended(_ body: (inout ByteQueue) throws -> Void) rethrows -> [UInt8] {
  var queue = ByteQueue()
  try body(&queue)
  return array(queue)
}

func headers(_ fields: (String, String)...) -> HeaderList {
  var list = HeaderList()
  for (name, value) in fields { list.append(name, value) }
  return list
}

/// The fields as `name: value`.
func lines(_ list: borrowing HeaderList) -> [String] {
  list.strings().map { "\($0.name): \($0.value)" }
}

/// The same numbers in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(upTo countMax: Int) -> [UInt8] {
    (0..<Int.random(in: 0...countMax, using: &self)).map { _ in .random(in: 0...255, using: &self) }
  }
}
