internal import Primitives
public import Receipts
internal import Sodium

extension Terms {
  func write(to writer: inout CBORWriter) {
    writer.beginArray(6)
    writer.write(receipt.bytes)
    writer.write(program.bytes)
    writer.write(challenger.bytes)
    writer.write(doubt.rawValue)
    writer.write(moveTime)
    writer.write(nonce.array)
  }

  /// Deterministic CBOR.
  public var bytes: [UInt8] {
    var writer = CBORWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// Reads ``bytes``.
  public init(bytes: [UInt8]) throws(Transcript.Malformed) {
    var reader = CBORReader(bytes)
    try self.init(from: &reader)
    do {
      try reader.finish()
    } catch {
      throw .form
    }
  }

  init(from reader: inout CBORReader) throws(Transcript.Malformed) {
    let fields: (receipt: [UInt8], program: [UInt8], key: [UInt8])
    let (doubt, moveTime, nonce): (UInt64, UInt64, Digest)
    do throws(MalformedForm) {
      try reader.expectArray(6)
      fields = (
        try reader.readByteString(), try reader.readByteString(), try reader.readByteString()
      )
      doubt = try reader.readNumber()
      moveTime = try reader.readNumber()
      nonce = try reader.readDigest()
    } catch {
      throw .form
    }
    guard let key = Ed25519.PublicKey(fields.key), let doubt = Doubt(rawValue: doubt) else {
      throw .form
    }
    do {
      let receipt = try SignedReceipt(bytes: fields.receipt)
      let program = try Program(bytes: fields.program)
      try self.init(
        receipt: receipt, program: program, challenger: key, doubt: doubt, moveTime: moveTime,
        nonce: nonce)
    } catch let fault as ReceiptFault {
      throw .receipt(fault)
    } catch let malformed as Program.Malformed {
      throw .program(malformed)
    } catch let refusal as Refusal {
      throw .terms(refusal)
    } catch {
      throw .form
    }
  }
}

extension Transcript {
  /// Why bytes are no transcript, or not one of a fair game.
  public enum Malformed: Error, Hashable, Sendable {
    case tooLarge
    case form
    case receipt(ReceiptFault)
    case program(Program.Malformed)
    case terms(Terms.Refusal)
    /// A move that the rules do not allow.
    case move(Int, Refusal)
    /// A move before the one that it follows.
    case time(Int)
    /// The time that it says has run out had not.
    case timeout
  }

  /// Deterministic CBOR.
  public var bytes: [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(endTime == nil ? 4 : 5)
    writer.write(1)
    terms.write(to: &writer)
    writer.write(startTime)
    writer.write(list: moves) { writer, entry in
      writer.beginArray(2)
      writer.write(entry.time)
      writer.write(entry.move.bytes)
    }
    if let endTime { writer.write(endTime) }
    return writer.bytes
  }

  /// What a transcript is about, without playing it.
  public static func terms(of bytes: [UInt8]) throws(Malformed) -> Terms {
    guard bytes.count <= byteCountMax else { throw .tooLarge }
    var reader = CBORReader(bytes)
    do throws(MalformedForm) {
      let count = try reader.form { (reader) throws(CBORReader.Malformed) in
        try reader.readArrayCount()
      }
      guard 4...5 ~= count, try reader.readNumber() == 1 else {
        throw .cbor(.unexpectedType)
      }
    } catch {
      throw .form
    }
    return try Terms(from: &reader)
  }

  /// Reads a transcript and plays it once more: what comes out follows from it alone.
  ///
  /// - Parameter judge: Computes operators as a whole, where the dispute came to that.
  public init(bytes: [UInt8], judge: (any OperatorJudge)? = nil) throws(Malformed) {
    guard bytes.count <= Self.byteCountMax else { throw .tooLarge }
    var reader = CBORReader(bytes)
    let count: UInt64
    do throws(MalformedForm) {
      count = try reader.form { (reader) throws(CBORReader.Malformed) in
        try reader.readArrayCount()
      }
      guard 4...5 ~= count, try reader.readNumber() == 1 else {
        throw .cbor(.unexpectedType)
      }
    } catch {
      throw .form
    }
    let terms = try Terms(from: &reader)
    let startTime: UInt64
    let entries: [(UInt64, [UInt8])]
    let endTime: UInt64?
    do throws(MalformedForm) {
      startTime = try reader.readNumber()
      entries = try reader.readList(max: UInt64(Self.moveCountMax)) {
        (reader) throws(MalformedForm) in
        try reader.expectArray(2)
        return (try reader.readNumber(), try reader.readByteString())
      }
      endTime = count == 5 ? try reader.readNumber() : nil
      try reader.form { (reader) throws(CBORReader.Malformed) in try reader.finish() }
    } catch {
      throw .form
    }
    self.init(terms, at: startTime)
    var previous = startTime
    for (index, (time, move)) in entries.enumerated() {
      guard time >= previous else { throw .time(index) }
      previous = time
      do {
        try append(move, at: time, judge: judge)
      } catch {
        throw .move(index, error)
      }
    }
    if let endTime {
      guard verdict == nil, expire(at: endTime) else { throw .timeout }
    }
  }
}
