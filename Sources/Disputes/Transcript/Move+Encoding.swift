internal import Primitives
internal import Receipts

extension Move {
  /// The largest form that is read, in bytes.
  public static let byteCountMax = Game.contentsByteCountMax + (1 << 20)
  private static let listMax: UInt64 = 1 << 16

  fileprivate enum Kind: UInt64 {
    case concede = 0
    case parts, choosePart, step, record, doubtInput, doubtOutput, origin, inputs, outputs, chunk
    case chooseElement, operands, sums, chooseBlock, contents
  }

  /// Deterministic CBOR: a kind and what belongs to it.
  func write(to writer: inout CBORWriter) {
    func begin(_ kind: Kind, _ count: Int = 1) {
      writer.beginArray(1 + count)
      writer.write(kind.rawValue)
    }
    switch self {
    case .concede: begin(.concede, 0)
    case .parts(let nodes):
      begin(.parts)
      writer.write(list: nodes) { $0.write($1.array) }
    case .choosePart(let part):
      begin(.choosePart)
      writer.write(UInt64(max(part, 0)))
    case .step(let root, let count):
      begin(.step, 2)
      writer.write(root.array)
      writer.write(count)
    case .record(let record, let tensors):
      begin(.record, 2)
      writer.write(record.form)
      writer.write(list: tensors) { $0.write($1.form) }
    case .doubtInput(let index):
      begin(.doubtInput)
      writer.write(UInt64(max(index, 0)))
    case .doubtOutput(let index):
      begin(.doubtOutput)
      writer.write(UInt64(max(index, 0)))
    case .origin(let opening):
      begin(.origin)
      writer.write(opening)
    case .inputs(let named):
      begin(.inputs)
      writer.write(list: named) { $0.write($1) }
    case .outputs(let named, let inputs, let origins):
      begin(.outputs, 3)
      writer.write(list: named) { $0.write($1) }
      writer.write(list: inputs) { $0.write($1) }
      writer.write(list: origins) { $0.write($1) }
    case .chunk(let opening):
      begin(.chunk)
      writer.write(opening)
    case .chooseElement(let element):
      begin(.chooseElement)
      writer.write(element)
    case .operands(let operands):
      begin(.operands)
      writer.write(list: operands) { $0.write(list: $1) { $0.write($1) } }
    case .sums(let sums):
      begin(.sums)
      writer.write(list: sums) { $0.write(UInt64($1)) }
    case .chooseBlock(let block):
      begin(.chooseBlock)
      writer.write(UInt64(max(block, 0)))
    case .contents(let contents):
      begin(.contents)
      writer.write(list: contents) { $0.write($1) }
    }
  }

  init(from reader: inout CBORReader) throws(MalformedForm) {
    let count = try reader.form { (reader) throws(CBORReader.Malformed) in
      try reader.readArrayCount()
    }
    guard let kind = Kind(rawValue: try reader.readNumber()), count == kind.fieldCount + 1 else {
      throw .cbor(.unexpectedType)
    }
    switch kind {
    case .concede: self = .concede
    case .parts:
      self = .parts(
        try reader.readList(max: UInt64(PartedTree.partCountMax)) {
          (reader) throws(MalformedForm) in try reader.readDigest()
        })
    case .choosePart: self = .choosePart(try reader.readIndex())
    case .step: self = .step(root: try reader.readDigest(), recordCount: try reader.readNumber())
    case .record:
      self = .record(
        try TraceRecord(form: try reader.readByteString()),
        tensors: try reader.readList(max: 2 * UInt64(Program.tensorCountMax)) {
          (reader) throws(MalformedForm) in
          try TensorCommitment(form: try reader.readByteString())
        })
    case .doubtInput: self = .doubtInput(try reader.readIndex())
    case .doubtOutput: self = .doubtOutput(try reader.readIndex())
    case .origin: self = .origin(try reader.readRecordOpening())
    case .inputs: self = .inputs(try reader.readNamed())
    case .outputs:
      self = .outputs(
        try reader.readNamed(), inputs: try reader.readNamed(),
        origins: try reader.readList(max: Self.listMax) {
          (reader) throws(MalformedForm) in try reader.readRecordOpening()
        })
    case .chunk: self = .chunk(try reader.readChunk())
    case .chooseElement: self = .chooseElement(try reader.readNumber())
    case .operands:
      self = .operands(
        try reader.readList(max: 2) { (reader) throws(MalformedForm) in
          try reader.readList(max: 2) { (reader) throws(MalformedForm) in
            try reader.readChunk()
          }
        })
    case .sums:
      self = .sums(
        try reader.readList(max: ProductRule.blockCountMax) { (reader) throws(MalformedForm) in
          UInt32(truncatingIfNeeded: try reader.readNumber(max: UInt64(UInt32.max)))
        })
    case .chooseBlock: self = .chooseBlock(try reader.readIndex())
    case .contents:
      self = .contents(
        try reader.readList(max: UInt64(Program.tensorCountMax)) {
          (reader) throws(MalformedForm) in try reader.readByteString()
        })
    }
  }
}

extension Move.Kind {
  fileprivate var fieldCount: UInt64 {
    switch self {
    case .concede: 0
    case .step, .record: 2
    case .outputs: 3
    default: 1
    }
  }
}

extension CBORWriter {
  mutating func write<Item>(
    list items: [Item], _ item: (inout CBORWriter, Item) -> Void
  ) {
    beginArray(items.count)
    for each in items { item(&self, each) }
  }

  mutating func write(_ named: NamedCommitment) {
    beginArray(2)
    write(named.name)
    write(named.tensor.array)
  }

  fileprivate mutating func write(_ path: MerklePath) {
    beginArray(3)
    write(path.index)
    write(path.leafCount)
    write(list: path.siblings) { $0.write($1.array) }
  }

  mutating func write(_ opening: RecordOpening) {
    beginArray(3)
    write(opening.record.form)
    write(opening.recordPath)
    write(opening.stepPath)
  }

  fileprivate mutating func write(_ opening: BLAKE3.ChunkOpening) {
    beginArray(4)
    write(opening.index)
    write(opening.byteCount)
    write(opening.data)
    write(list: opening.siblings) { $0.write($1.array) }
  }
}

extension CBORReader {
  mutating func readByteString() throws(MalformedForm) -> [UInt8] {
    try form { (reader) throws(Malformed) in try reader.readBytes() }
  }

  /// A place in a list.
  mutating func readIndex() throws(MalformedForm) -> Int {
    Int(try readNumber(max: 1 << 32))
  }

  fileprivate mutating func readNamed() throws(MalformedForm) -> [NamedCommitment] {
    try readList(max: UInt64(Program.entryCountMax)) { (reader) throws(MalformedForm) in
      try reader.expectArray(2)
      return NamedCommitment(name: try reader.readName(), tensor: try reader.readDigest())
    }
  }

  fileprivate mutating func readPath() throws(MalformedForm) -> MerklePath {
    try expectArray(3)
    return MerklePath(
      index: try readNumber(), leafCount: try readNumber(), siblings: try readSiblings())
  }

  private mutating func readSiblings() throws(MalformedForm) -> [Digest] {
    try readList(max: 64) { (reader) throws(MalformedForm) in try reader.readDigest() }
  }

  mutating func readRecordOpening() throws(MalformedForm) -> RecordOpening {
    try expectArray(3)
    return RecordOpening(
      record: try TraceRecord(form: try readByteString()), recordPath: try readPath(),
      stepPath: try readPath())
  }

  fileprivate mutating func readChunk() throws(MalformedForm) -> BLAKE3.ChunkOpening {
    try expectArray(4)
    return BLAKE3.ChunkOpening(
      index: try readNumber(), byteCount: try readNumber(), data: try readByteString(),
      siblings: try readSiblings())
  }
}
