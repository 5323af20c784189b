import Descriptors
import SwiftProtobuf
import Testing

@Suite
struct PrintingTests {
  @Test
  func `describes a service with its comments`() throws {
    #expect(
      try Fixture.pool().describe("everything.v3.Forest") == """
        // Grows trees.
        service Forest {
          // Plants one tree.
          rpc Plant(Tree) returns (Leaf);
          // Watches all trees.
          rpc Watch(google.protobuf.Empty) returns (stream Tree) {
            option idempotency_level = NO_SIDE_EFFECTS;
          }
          rpc Fell(stream Leaf) returns (Tree) {
            option idempotency_level = IDEMPOTENT;
            option deprecated = true;
          }
          rpc Talk(stream Leaf) returns (stream Leaf);
        }

        """)
  }

  @Test
  func `describes a message with all it holds`() throws {
    #expect(
      try Fixture.pool().describe("everything.v3.Tree") == """
        // A message that holds itself.
        message Tree {
          // What the node is called.
          string name = 1;
          Tree left = 2;
          repeated Tree children = 3;
          map<string, Tree> named = 4;
          oneof kind {
            int32 weight = 5;
            Leaf leaf = 6;
            Shade shade = 7;
            google.protobuf.NullValue nothing = 8;
          }
          // A message inside.
          message Root {
            Tree tree = 1;
            Scalars scalars = 2;
            Optionals optionals = 3;
            Lists lists = 4;
            Maps maps = 5;
            WellKnown well_known = 6;
          }
          reserved 20 to 29, 40;
          reserved "gone";
        }

        """)
  }

  @Test
  func `describes proto2`() throws {
    #expect(
      try Fixture.pool().describe("everything.v2.Legacy") == """
        message Legacy {
          required int32 id = 1;
          optional string label = 2 [default = "none \\"yet\\""];
          optional Closed closed = 3 [default = CLOSED_TWO];
          repeated Closed closed_values = 4;
          repeated int32 packed_values = 5 [packed = true];
          repeated int32 plain_values = 6;
          optional group Corner = 7 {
            optional int32 x = 1;
            optional Legacy inner = 2;
          }
          repeated group Corners = 8 {
            optional int32 y = 1;
          }
          map<string, Grade> closed_map = 9;
          optional bool flag = 10 [default = true, deprecated = true];
          optional double ratio = 11 [default = inf];
          extensions 100 to 199, 1000 to max;
        }

        """)
    #expect(
      try Fixture.pool().describe("everything.v2.extra") == """
        extend Legacy {
          optional int32 extra = 100;
        }

        """)
  }

  @Test
  func `describes enums, methods and fields`() throws {
    let pool = try Fixture.pool()
    let shade = """
      // How bright it is.
      enum Shade {
        SHADE_UNSPECIFIED = 0;
        // Hardly any light.
        SHADE_DARK = 1;
        SHADE_LIGHT = 2;
        SHADE_BELOW = -1;
      }

      """

    #expect(try pool.describe("everything.v3.Shade") == shade)
    #expect(try pool.describe("everything.v3.SHADE_DARK") == shade)
    #expect(
      try pool.describe("everything.v3.Forest.Plant")
        == "// Plants one tree.\nrpc Plant(Tree) returns (Leaf);\n")
    #expect(
      try pool.describe("everything.v3.Scalars.renamed")
        == "string renamed = 18 [json_name = \"other name\"];\n")
    #expect(throws: DescriptorError.unknownSymbol("nope")) { try pool.describe("nope") }
  }

  @Test
  func `a template shows every field and reads back`() throws {
    let fixture = try Fixture()
    let pool = fixture.transcoder.pool

    #expect(
      try pool.template(of: "everything.v3.Tree") == """
        {
          "name": "",
          "left": null,
          "children": [],
          "named": {},
          "weight": 0
        }
        """)
    for type in ["Tree.Root", "Scalars", "Optionals", "Lists", "Maps", "WellKnown"] {
      let name = "everything.v3.\(type)"
      _ = try fixture.wire(try pool.template(of: name), name)
    }
    _ = try fixture.wire(try pool.template(of: "everything.v2.Legacy"), "everything.v2.Legacy")
  }

  @Test
  func `a template has an end`() throws {
    // Every message holds the next one eight times: 8⁸ without a limit.
    let messages = (0..<20).map { level in
      Proto.message(
        "M\(level)",
        (1...8).map { Proto.field("f\($0)", $0, .message, type: ".M\(level + 1)") })
    }
    let pool = try DescriptorPool(
      Proto.set { $0.messageType = messages + [Proto.message("M20")] })

    #expect(throws: TranscodingError.self) { try pool.template(of: "M0") }
  }
}
