import Descriptors
import SwiftProtobuf
import Testing

@Suite
struct DescriptorPoolTests {
  @Test
  func `finds services and methods`() throws {
    let pool = try Fixture.pool()
    let service = try #require(pool.service(named: "everything.v3.Forest"))
    let watch = try #require(pool.method(named: "/everything.v3.Forest/Watch"))

    #expect(pool.services.map(\.fullName) == ["everything.v3.Forest"])
    #expect(service.methods.map(\.name) == ["Plant", "Watch", "Fell", "Talk"])
    #expect(watch.input == "google.protobuf.Empty")
    #expect(watch.output == "everything.v3.Tree")
    #expect(!watch.streamsInput && watch.streamsOutput)
    #expect(watch.idempotency == .noSideEffects)
    #expect(watch.path == "/everything.v3.Forest/Watch")
    #expect(pool.method(named: "everything.v3.Forest.Fell")?.idempotency == .idempotent)
    #expect(pool.method(named: "everything.v3.Forest/Nope") == nil)
    #expect(pool.method(named: "Forest") == nil)
  }

  @Test(arguments: [
    "everything.v3.Tree", "everything.v3.Tree.Root", "everything.v3.Tree.kind",
    "everything.v3.Tree.name", "everything.v3.Shade", "everything.v3.SHADE_DARK",
    "everything.v3.Forest", "everything.v3.Forest.Plant",
  ])
  func `finds the file of every symbol`(symbol: String) throws {
    #expect(try Fixture.pool().file(containing: symbol)?.name == "everything3.proto")
  }

  @Test
  func `finds extensions by number and by name`() throws {
    let pool = try Fixture.pool()

    #expect(pool.extensionNumbers(of: "everything.v2.Legacy") == [100, 101, 102])
    #expect(pool.extensionNumbers(of: "everything.v3.Leaf") == [])
    #expect(
      pool.extensionField(number: 102, of: "everything.v2.Legacy")?.fullName
        == "everything.v2.Scope.scope")
    #expect(
      pool.file(containingExtension: 100, of: "everything.v2.Legacy")?.name == "everything2.proto")
    #expect(pool.extensionField(named: "everything.v2.extra")?.number == 100)
  }

  @Test
  func `dependencies come before the file`() throws {
    let names = try Fixture.pool().dependencies(ofFile: "everything3.proto").map(\.name)

    #expect(names.last == "everything3.proto")
    #expect(names.count == 8)
    #expect(Set(names).count == 8)
  }

  @Test
  func `files may come in any order`() throws {
    let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: Fixture.everythingSet())
    var pool = DescriptorPool()
    let main = try #require(set.file.first { $0.name == "everything3.proto" })

    try pool.add(main)
    #expect(pool.missingFiles.count == 7)
    let early = Transcoder(pool: pool)
    #expect(throws: TranscodingError.self) {
      try early.wire(
        fromJSON: Array(#"{"duration":"1s"}"#.utf8).span, type: "everything.v3.WellKnown")
    }
    for file in set.file.reversed() { try pool.add(serializedFile: file.serializedBytes()) }

    #expect(pool.missingFiles == [])
    let late = Transcoder(pool: pool)
    #expect(
      try late.wire(
        fromJSON: Array(#"{"duration":"1s"}"#.utf8).span, type: "everything.v3.WellKnown")
        == [0x12, 2, 0x08, 1])
  }

  @Test
  func `the same file twice is one file`() throws {
    var pool = DescriptorPool()
    var file = Proto.file { $0.messageType = [Proto.message("A")] }

    #expect(try pool.add(file))
    #expect(try !pool.add(file))
    file.package = "other"
    #expect(throws: DescriptorError.conflictingFile("test.proto")) { try pool.add(file) }
  }
}

@Suite
struct HostileFileTests {
  private func refusal(
    _ configure: (inout Google_Protobuf_FileDescriptorProto) -> Void
  ) -> DescriptorError? {
    var pool = DescriptorPool()
    do {
      try pool.add(Proto.file(configure))
      return nil
    } catch {
      #expect(pool.file(named: "test.proto") == nil)
      return error
    }
  }

  @Test
  func `refuses duplicate names and numbers`() {
    #expect(
      refusal { $0.messageType = [Proto.message("A"), Proto.message("A")] }
        == .duplicateSymbol("A", file: "test.proto"))
    #expect(
      refusal { $0.messageType = [Proto.message("A", [Proto.field("x", 1), Proto.field("x", 2)])] }
        == .duplicateSymbol("A.x", file: "test.proto"))
    #expect(
      refusal { $0.messageType = [Proto.message("A", [Proto.field("x", 1), Proto.field("y", 1)])] }
        == .duplicateNumber(1, in: "A"))
  }

  @Test(arguments: [0, -1, 1 << 29, Int32.max, Int32.min])
  func `refuses bad field numbers`(number: Int32) {
    #expect(
      refusal { $0.messageType = [Proto.message("A", [Proto.field("x", number)])] }
        == .badNumber(Int(number), in: "A.x"))
  }

  @Test(arguments: ["", "1a", "a b", "a.b", "é", "a\"b"])
  func `refuses bad names`(name: String) {
    #expect(
      refusal { $0.messageType = [Proto.message(name)] } == .badName(name, file: "test.proto"))
  }

  @Test
  func `refuses bad references`() {
    let relative = Proto.field("x", 1, .message, type: "B")
    let oneof = Proto.field("x", 1, oneof: 7)

    #expect(
      refusal { $0.messageType = [Proto.message("A", [relative])] }
        == .badDeclaration("A.x", reason: "\"B\" is not a fully qualified type name"))
    #expect(
      refusal { $0.messageType = [Proto.message("A", [oneof])] }
        == .badDeclaration("A.x", reason: "the field's oneof is invalid"))
  }

  @Test
  func `limits nesting, files and bytes`() throws {
    var message = Proto.message("M")
    for _ in 0..<40 {
      var outer = Proto.message("M")
      outer.nestedType = [message]
      message = outer
    }
    let nested = message
    #expect(
      refusal { $0.messageType = [nested] }
        == .limitExceeded(limit: "the nesting of messages", max: 32))

    var limits = DescriptorPool.Limits()
    limits.filesMax = 0
    limits.fileSizeMax = 3
    var pool = DescriptorPool(limits: limits)
    #expect(throws: DescriptorError.limitExceeded(limit: "files in a pool", max: 0)) {
      try pool.add(Proto.file { _ in })
    }
    #expect(throws: DescriptorError.limitExceeded(limit: "the size of a file descriptor", max: 3)) {
      try pool.add(serializedFile: [1, 2, 3, 4])
    }
    #expect(throws: DescriptorError.malformed("google.protobuf.FileDescriptorProto")) {
      try pool.add(serializedFile: [0xFF])
    }
    #expect(throws: DescriptorError.malformed("google.protobuf.FileDescriptorSet")) {
      try DescriptorPool(serializedSet: [0xFF])
    }
  }

  @Test
  func `bears files that import each other`() throws {
    var pool = DescriptorPool()
    for (name, dependency) in [("a", "b"), ("b", "a"), ("c", "c")] {
      var file = Google_Protobuf_FileDescriptorProto()
      file.name = name
      file.dependency = [dependency]
      try pool.add(file)
    }

    #expect(pool.dependencies(ofFile: "a").map(\.name) == ["b", "a"])
    #expect(pool.dependencies(ofFile: "c").map(\.name) == ["c"])
    #expect(pool.dependencies(ofFile: "d").isEmpty)
  }

  @Test
  func `a missing type and one of the wrong kind are errors on use`() throws {
    let pool = try DescriptorPool(
      Proto.set {
        $0.messageType = [
          Proto.message(
            "A",
            [
              Proto.field("missing", 1, .message, type: ".No"),
              Proto.field("wrong", 2, .enum, type: ".A"),
            ])
        ]
      })
    let transcoder = Transcoder(pool: pool)

    for (wire, name) in [([0x0A, 0], "No"), ([0x10, 1], "A")] as [([UInt8], String)] {
      let error = #expect(throws: TranscodingError.self) {
        try transcoder.json(from: wire.span, type: "A")
      }
      #expect(error?.reason == .unknownType(name))
    }
  }

  @Test
  func `a false Timestamp is an ordinary message`() throws {
    let pool = try DescriptorPool(
      Proto.set {
        $0.package = "google.protobuf"
        $0.messageType = [Proto.message("Timestamp", [Proto.field("seconds", 1, .string)])]
      })

    let json = try Transcoder(pool: pool)
      .json(from: ([0x0A, 1, 0x61] as [UInt8]).span, type: "google.protobuf.Timestamp")

    #expect(String(decoding: json, as: UTF8.self) == #"{"seconds":"a"}"#)
  }

  @Test
  func `a false Struct is refused`() throws {
    var fields = Proto.field("fields", 1, .message, type: ".google.protobuf.Empty")
    fields.label = .repeated
    let structure = Proto.message("Struct", [fields])
    let pool = try DescriptorPool(
      Proto.set {
        $0.package = "google.protobuf"
        $0.messageType = [structure, Proto.message("Empty")]
      })
    let transcoder = Transcoder(pool: pool)

    #expect(throws: TranscodingError.self) {
      try transcoder.json(from: ([0x0A, 0] as [UInt8]).span, type: "google.protobuf.Struct")
    }
    #expect(throws: TranscodingError.self) {
      try transcoder.wire(
        fromJSON: Array(#"{"a":1}"#.utf8).span, type: "google.protobuf.Struct")
    }
  }

  @Test
  func `a false map entry is refused`() {
    var entry = Proto.message("E", [Proto.field("key", 1, .double), Proto.field("value", 2)])
    entry.options.mapEntry = true
    let message = entry

    #expect(
      refusal { $0.messageType = [message] }
        == .badDeclaration("E", reason: "a map entry has a key and a value"))
  }

  @Test
  func `fields whose JSON names collide keep apart`() throws {
    let pool = try DescriptorPool(
      Proto.set {
        $0.messageType = [Proto.message("A", [Proto.field("a_b", 1), Proto.field("aB", 2)])]
      })
    let wire: [UInt8] = [0x08, 1, 0x10, 2]
    var transcoder = Transcoder(pool: pool)
    transcoder.options.originalNames = true

    let json = try transcoder.json(from: wire.span, type: "A")

    #expect(String(decoding: json, as: UTF8.self) == #"{"a_b":1,"aB":2}"#)
  }
}

@Suite
struct EditionTests {
  @Test
  func `features decide about presence, enums, packing and groups`() throws {
    var implicit = Proto.field("implicit", 2)
    implicit.options.features.fieldPresence = .implicit
    var expanded = Proto.field("expanded", 4)
    expanded.label = .repeated
    expanded.options.features.repeatedFieldEncoding = .expanded
    var packed = Proto.field("packed", 3)
    packed.label = .repeated
    var delimited = Proto.field("delimited", 5, .message, type: ".A")
    delimited.options.features.messageEncoding = .delimited
    let fields = [Proto.field("explicit", 1), implicit, packed, expanded, delimited]
    let pool = try DescriptorPool(
      Proto.set {
        $0.syntax = "editions"
        $0.edition = .edition2023
        $0.messageType = [Proto.message("A", fields)]
      })
    let json = #"{"explicit":0,"implicit":0,"packed":[1,2],"expanded":[3,4],"delimited":{}}"#

    let wire = try Transcoder(pool: pool).wire(fromJSON: Array(json.utf8).span, type: "A")

    #expect(wire == [0x08, 0, 0x1A, 2, 1, 2, 0x20, 3, 0x20, 4, 0x2B, 0x2C])
  }
}

/// Descriptors written by hand.
enum Proto {
  static func set(
    _ configure: (inout Google_Protobuf_FileDescriptorProto) -> Void
  ) -> Google_Protobuf_FileDescriptorSet {
    var set = Google_Protobuf_FileDescriptorSet()
    set.file = [file(configure)]
    return set
  }

  static func file(
    _ configure: (inout Google_Protobuf_FileDescriptorProto) -> Void
  ) -> Google_Protobuf_FileDescriptorProto {
    var file = Google_Protobuf_FileDescriptorProto()
    file.name = "test.proto"
    file.syntax = "proto3"
    configure(&file)
    return file
  }

  static func message(
    _ name: String, _ fields: [Google_Protobuf_FieldDescriptorProto] = []
  ) -> Google_Protobuf_DescriptorProto {
    var message = Google_Protobuf_DescriptorProto()
    message.name = name
    message.field = fields
    return message
  }

  static func field(
    _ name: String, _ number: Int32, _ kind: Google_Protobuf_FieldDescriptorProto.TypeEnum = .int32,
    type: String? = nil, oneof: Int32? = nil
  ) -> Google_Protobuf_FieldDescriptorProto {
    var field = Google_Protobuf_FieldDescriptorProto()
    field.name = name
    field.number = number
    field.type = kind
    field.label = .optional
    if let type { field.typeName = type }
    if let oneof { field.oneofIndex = oneof }
    return field
  }
}
