import Descriptors
import Testing

@Suite
struct ContainerTests {
  @Test(arguments: [
    #"{"doubleValues":[1,"NaN"],"floatValues":[0.5],"int32Values":[0,-1],"int64Values":["1","2"],"#
      + #""uint32Values":[1],"sint64Values":["-1"],"fixed32Values":[7],"sfixed64Values":["-7"],"#
      + #""boolValues":[true,false],"stringValues":["","a"],"bytesValues":["","AA=="],"#
      + #""shades":["SHADE_DARK",9],"leaves":[{},{"number":1}]}"#
  ])
  func `lists keep their elements`(json: String) throws {
    #expect(try Fixture().echo(json, "Lists") == json)
  }

  @Test(arguments: [
    #"{"strings":{"":"x","a":""},"doubles":{"-1":0.5},"leaves":{"5":{"number":1}},"#
      + #""bytesValues":{"true":"AA==","false":""},"shades":{"18446744073709551615":"SHADE_DARK"},"#
      + #""numbers":{"-7":"8"},"bools":{"1":true},"values":{"n":null,"o":{"a":[1]}}}"#
  ])
  func `maps keep their entries`(json: String) throws {
    #expect(try Fixture().echo(json, "Maps") == json)
  }

  @Test
  func `reads packed and unpacked lists, also mixed`() throws {
    // int32_values is packed, int64_values is not; each comes in both forms.
    let wire: [UInt8] = [0x1A, 2, 1, 2, 0x18, 3, 0x20, 4, 0x22, 2, 5, 6, 0x18, 7]

    #expect(
      try Fixture().json(wire, "Lists")
        == #"{"int32Values":[1,2,3,7],"int64Values":["4","5","6"]}"#)
    #expect(try Fixture().wire(#"{"int32Values":[1,2]}"#, "Lists") == [0x1A, 2, 1, 2])
    #expect(try Fixture().wire(#"{"int64Values":[1,2]}"#, "Lists") == [0x20, 1, 0x20, 2])
    #expect(try Fixture().json([0x1A, 0], "Lists") == "{}")
  }

  @Test
  func `the last entry of a key wins and missing parts are defaults`() throws {
    let a1: [UInt8] = [0x0A, 6, 0x0A, 1, 0x61, 0x12, 1, 0x31]
    let a2: [UInt8] = [0x0A, 6, 0x12, 1, 0x32, 0x0A, 1, 0x61]

    #expect(
      try Fixture().json(a1 + [0x0A, 0] + a2, "Maps") == #"{"strings":{"a":"2","":""}}"#)
  }

  @Test
  func `pieces of a message are merged`() throws {
    // left.name, name, left.left.name, left.name again.
    let wire: [UInt8] = [
      0x12, 3, 0x0A, 1, 0x61, 0x0A, 1, 0x62, 0x12, 5, 0x12, 3, 0x0A, 1, 0x63, 0x12, 3, 0x0A, 1,
      0x64,
    ]

    #expect(
      try Fixture().json(wire, "Tree") == #"{"name":"b","left":{"name":"d","left":{"name":"c"}}}"#)
  }

  @Test
  func `a later member of a oneof replaces an earlier one`() throws {
    let leaf1: [UInt8] = [0x32, 2, 0x08, 1]
    let leaf2: [UInt8] = [0x32, 3, 0x12, 1, 0x61]
    let weight: [UInt8] = [0x28, 5]

    #expect(
      try Fixture().json(leaf1 + leaf2, "Tree") == #"{"leaf":{"number":1,"text":"a"}}"#)
    #expect(try Fixture().json(leaf1 + weight + leaf2, "Tree") == #"{"leaf":{"text":"a"}}"#)
    #expect(try Fixture().json(leaf1 + weight, "Tree") == #"{"weight":5}"#)
    #expect(try Fixture().json([0x28, 0], "Tree") == #"{"weight":0}"#)
  }

  @Test(arguments: [
    (#"{"weight":1,"leaf":{}}"#, #"more than one member of the oneof "kind" is set"#),
    (#"{"weight":1,"nothing":null}"#, #"more than one member of the oneof "kind" is set"#),
    (#"{"children":[{},null]}"#, "at children[1]: null is not an element"),
    (#"{"children":{}}"#, "at children: {} is not an array"),
    (#"{"named":{"a":null}}"#, #"at named["a"]: null is not a map's value"#),
    (#"{"named":{"a":{},"a":{}}}"#, #"at named["a"]: "a" occurs twice"#),
    (#"{"named":[]}"#, "at named: [] is not an object (a map)"),
    (
      #"{"children":[{},{},{"left":{"leaf":{"number":"x"}}}]}"#,
      #"at children[2].left.leaf.number: "x" is not an int32"#
    ),
  ])
  func `refuses`(json: String, message: String) throws {
    #expect(try Fixture().refusal(json, "Tree") == message)
  }

  @Test
  func `null in a oneof is no member, except as a value`() throws {
    #expect(try Fixture().echo(#"{"weight":null,"leaf":{}}"#, "Tree") == #"{"leaf":{}}"#)
    #expect(try Fixture().echo(#"{"nothing":null}"#, "Tree") == #"{"nothing":null}"#)
  }

  @Test
  func `keys of maps are checked`() throws {
    let fixture = try Fixture()

    #expect(
      fixture.refusal(#"{"doubles":{"1.5":1}}"#, "Maps")
        == #"at doubles["1.5"]: "1.5" is not an int32"#)
    #expect(
      fixture.refusal(#"{"bytesValues":{"yes":""}}"#, "Maps")
        == #"at bytes_values["yes"]: "yes" is not a bool"#)
    #expect(
      fixture.refusal(#"{"doubles":{"1":1,"1.0":1}}"#, "Maps")
        == #"at doubles["1.0"]: "1.0" occurs twice"#)
  }
}

@Suite
struct LegacyTests {
  let legacy = "everything.v2.Legacy"

  @Test(arguments: [
    #"{"id":0,"label":"","closed":"CLOSED_ONE","flag":false}"#,
    #"{"id":1,"corner":{"x":0,"inner":{"id":2}},"corners":[{"y":1},{}]}"#,
    #"{"id":1,"[everything.v2.extra]":5,"[everything.v2.extra_texts]":["a","b"],"#
      + #""[everything.v2.Scope.scope]":{"name":"x"}}"#,
  ])
  func `presence, groups and extensions`(json: String) throws {
    #expect(try Fixture().echo(json, legacy) == json)
  }

  @Test
  func `a closed enum drops numbers it does not know`() throws {
    let wire: [UInt8] = [
      0x18, 9, 0x20, 1, 0x20, 9, 0x22, 3, 2, 9, 1,
      0x4A, 5, 0x0A, 1, 0x61, 0x10, 9, 0x4A, 5, 0x0A, 1, 0x62, 0x10, 1,
    ]

    #expect(
      try Fixture().json(wire, legacy)
        == #"{"closedValues":["CLOSED_ONE","CLOSED_TWO","CLOSED_ONE"],"closedMap":{"b":"GRADE_HIGH"}}"#
    )
    #expect(
      try Fixture().refusal(#"{"closed":9}"#, legacy)
        == "at closed: 9 is not a value of everything.v2.Closed")
  }

  @Test
  func `an extension must be known`() throws {
    #expect(
      try Fixture().refusal(#"{"[everything.v2.nope]":1}"#, legacy)
        == #"everything.v2.Legacy has no field "[everything.v2.nope]""#)
    #expect(
      try Fixture().refusal(#"{"[everything.v2.extra]":1}"#, "Leaf")
        == #"everything.v3.Leaf has no field "[everything.v2.extra]""#)
  }
}
