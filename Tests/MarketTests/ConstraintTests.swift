import Market
import Primitives
import Testing

@Suite
struct ConstraintTests {
  static let properties: Properties = {
    var properties = Properties()
    let entries: [(String, PropertyValue)] = [
      ("gpu.name", .text("H100 SXM")), ("gpu.count", .integer(8)),
      ("gpu.memory.gigabytes", .number(80.5)), ("verified", .flag(true)),
      ("formats", .texts(["onnx", "gguf"])),
    ]
    for (name, value) in entries { try? properties.add(name, value) }
    return properties
  }()

  static func compare(
    _ name: String, _ kind: Constraint.Comparison.Kind, _ value: PropertyValue
  ) -> Constraint { .comparison(.init(name, kind, value)) }

  @Test(arguments: [
    (compare("gpu.name", .equal, .text("H100*")), true),
    (compare("gpu.name", .equal, .text("*SXM")), true),
    (compare("gpu.name", .equal, .text("*A100*")), false),
    (compare("gpu.count", .atLeast, .integer(8)), true),
    (compare("gpu.count", .greater, .integer(8)), false),
    (compare("gpu.count", .less, .number(8.5)), true),
    (compare("gpu.memory.gigabytes", .atLeast, .integer(80)), true),
    (compare("verified", .equal, .flag(true)), true),
    (compare("formats", .contains, .text("gguf")), true),
    (compare("formats", .contains, .text("tensorrt")), false),
    (compare("price", .present, .flag(true)), false),
    (compare("verified", .present, .flag(true)), true),
    (.all([]), true), (.any([]), false), (.nothing, true),
    (.not(compare("gpu.count", .less, .integer(4))), true),
  ])
  func `compares what is stated`(constraint: Constraint, holds: Bool) {
    #expect(constraint.holds(for: Self.properties) == holds)
  }

  @Test
  func `what is not stated meets no demand, and no denial of one`() {
    let missing = Self.compare("cpu.count", .atLeast, .integer(4))
    let otherType = Self.compare("gpu.count", .equal, .text("8"))

    for unknown in [missing, otherType] {
      #expect(!unknown.holds(for: Self.properties))
      #expect(!Constraint.not(unknown).holds(for: Self.properties))
      #expect(Constraint.any([unknown, .nothing]).holds(for: Self.properties))
      #expect(!Constraint.all([unknown, .nothing]).holds(for: Self.properties))
    }
  }

  @Test
  func `a pattern of stars takes no longer than the text is long`() {
    var properties = Properties()
    try? properties.add("text", .text(String(repeating: "a", count: 1_000)))
    let pattern = String(repeating: "*a", count: 500) + "b"

    #expect(!Self.compare("text", .equal, .text(pattern)).holds(for: properties))
  }

  @Test
  func `names and sizes have their limits`() {
    var properties = Properties()

    for name in ["", "Gpu", "gpu..name", ".gpu", "gpu name", String(repeating: "a", count: 129)] {
      #expect(throws: Properties.Refusal.self) { try properties.add(name, .flag(true)) }
    }
    #expect(throws: Properties.Refusal.self) { try properties.add("x", .number(.nan)) }
    #expect(throws: Properties.Refusal.self) {
      try properties.add("x", .text(String(repeating: "a", count: 1_025)))
    }
  }
}
