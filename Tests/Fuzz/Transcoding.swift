internal import Descriptors
internal import Foundation

/// Well-known types, written by `make fuzz-schema`; the working directory is the repository's.
private let transcoder: Transcoder? = {
  guard
    let set = try? Data(contentsOf: URL(filePath: "Tests/Fuzz/schema.binpb")),
    let pool = try? DescriptorPool(serializedSet: Array(set))
  else { return nil }
  var limits = Transcoder.Limits()
  limits.outputSizeMax = 1 << 20
  return Transcoder(pool: pool, limits: limits)
}()

private let types = [
  "google.protobuf.Struct", "google.protobuf.Type", "google.protobuf.Api", "google.protobuf.Any",
  "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask",
  "google.protobuf.DoubleValue", "google.protobuf.BytesValue", "google.protobuf.ListValue",
]

/// The first byte chooses the type. What one direction accepts, the other must too.
package func fuzzJSON(_ bytes: RawSpan) {
  guard let (type, input) = choose(bytes), let transcoder else { return }
  _ = try? transcoder.wire(fromJSON: input.span, type: type)
}

package func fuzzWire(_ bytes: RawSpan) {
  guard let (type, input) = choose(bytes), let transcoder else { return }
  _ = try? transcoder.json(from: input.span, type: type)
}

private func choose(_ bytes: RawSpan) -> (type: String, input: [UInt8])? {
  guard bytes.byteCount > 0 else { return nil }
  let all = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
  return (types[Int(all[0]) % types.count], Array(all.dropFirst()))
}
