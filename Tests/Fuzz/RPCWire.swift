internal import Buffers
internal import HTTP
internal import RPC
internal import RPCWire

// One function for each parser of what a peer sends: it must return, whatever the bytes are. Errors
// are fine, traps are not.

/// The largest message in these runs, small so that limits are reached.
private let sizeMax = 4096

package func fuzzDeframer(_ bytes: RawSpan) {
  var queue = ByteQueue()
  queue.append(bytes)
  for wireProtocol in WireProtocol.allCases {
    _ = try? Deframer(wireProtocol.responseFlags, lengthMax: sizeMax).next(in: queue)
  }
  let deframer = Deframer(.compressed, lengthMax: sizeMax)
  while let envelope = try? deframer.next(in: queue) { queue.drop(envelope.totalCount) }
  try? deframer.finish(queue)
}

package func fuzzFields(_ bytes: RawSpan) {
  _ = try? Duration(grpcTimeout: bytes)
  _ = try? Duration(connectTimeout: bytes)
  _ = try? ContentType(reading: bytes)
  _ = Compression(reading: bytes)
  _ = AcceptedCompressions(reading: bytes)
  _ = PercentEncoding.decodeMessage(bytes)
  _ = Base64.decode(bytes)
  _ = Base64.decode(bytes, .url)
}

/// The bytes are a block of lines, which become header fields.
package func fuzzHeaders(_ bytes: RawSpan) {
  guard let fields = try? WebTrailers.read(bytes, sizeMax: sizeMax) else { return }
  _ = Status(reading: fields)
  _ = try? ConnectVersion.check(fields)
  _ = try? Metadata.readUnary(fields)
  guard let metadata = try? Metadata(reading: fields) else { return }
  var written = HeaderList()
  try? metadata.append(to: &written)
}

package func fuzzDecompressor(_ bytes: RawSpan) {
  let decompressor = Decompressor()
  for algorithm in Compression.allCases {
    var output = ByteQueue()
    try? decompressor.decompress(bytes, into: &output, algorithm, limit: sizeMax)
    precondition(output.count <= sizeMax && output.allocatedCount <= 2 * sizeMax)
  }
}

package func fuzzBase64Stream(_ bytes: RawSpan) {
  var decoder = Base64StreamDecoder()
  var output = ByteQueue()
  try? decoder.decode(bytes, into: &output)
  try? decoder.finish()
}

package func fuzzConnect(_ bytes: RawSpan) {
  let status = ConnectError.read(bytes, httpStatus: 500)
  precondition(status.code != .ok)
  _ = try? EndStream(reading: bytes, trailersSizeMax: sizeMax)
  if let query = try? ConnectQuery(reading: bytes) { _ = query.text }
}
