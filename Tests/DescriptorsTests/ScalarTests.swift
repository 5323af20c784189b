import Descriptors
import Testing

@Suite
struct ScalarTests {
  @Test(arguments: [
    (#"{"doubleValue":1.5}"#, #"{"doubleValue":1.5}"#),
    (#"{"doubleValue":"-2.5e3"}"#, #"{"doubleValue":-2500}"#),
    (#"{"doubleValue":-0.0}"#, #"{"doubleValue":-0.0}"#),
    (#"{"doubleValue":"NaN"}"#, #"{"doubleValue":"NaN"}"#),
    (#"{"floatValue":"-Infinity"}"#, #"{"floatValue":"-Infinity"}"#),
    (#"{"floatValue":0.1}"#, #"{"floatValue":0.1}"#),
    (#"{"floatValue":3.4028235e38}"#, #"{"floatValue":3.4028235e+38}"#),
    (#"{"int32Value":1e5}"#, #"{"int32Value":100000}"#),
    (#"{"int32Value":1.0}"#, #"{"int32Value":1}"#),
    (#"{"int32Value":"-2147483648"}"#, #"{"int32Value":-2147483648}"#),
    (#"{"int64Value":9223372036854775807}"#, #"{"int64Value":"9223372036854775807"}"#),
    (#"{"int64Value":"-9223372036854775808"}"#, #"{"int64Value":"-9223372036854775808"}"#),
    (#"{"uint32Value":4294967295}"#, #"{"uint32Value":4294967295}"#),
    (#"{"uint64Value":"18446744073709551615"}"#, #"{"uint64Value":"18446744073709551615"}"#),
    (#"{"uint64Value":1.8446744073709551615e19}"#, #"{"uint64Value":"18446744073709551615"}"#),
    (#"{"sint32Value":-2147483648}"#, #"{"sint32Value":-2147483648}"#),
    (#"{"sint64Value":"-9223372036854775808"}"#, #"{"sint64Value":"-9223372036854775808"}"#),
    (#"{"fixed32Value":4294967295}"#, #"{"fixed32Value":4294967295}"#),
    (#"{"fixed64Value":"1"}"#, #"{"fixed64Value":"1"}"#),
    (#"{"sfixed32Value":-1}"#, #"{"sfixed32Value":-1}"#),
    (#"{"sfixed64Value":"-1"}"#, #"{"sfixed64Value":"-1"}"#),
    (#"{"boolValue":true}"#, #"{"boolValue":true}"#),
    (#"{"stringValue":"a\"\\\/\n\u0000\ud83d\ude00é"}"#, #"{"stringValue":"a\"\\/\n\u0000😀é"}"#),
    (#"{"bytesValue":"-_8"}"#, #"{"bytesValue":"+/8="}"#),
    (#"{"bytesValue":"AQI="}"#, #"{"bytesValue":"AQI="}"#),
    (#"{"shade":"SHADE_DARK"}"#, #"{"shade":"SHADE_DARK"}"#),
    (#"{"shade":-1}"#, #"{"shade":"SHADE_BELOW"}"#),
    (#"{"shade":77}"#, #"{"shade":77}"#),
    (#"{"alias":"ALIAS_SECOND"}"#, #"{"alias":"ALIAS_FIRST"}"#),
    (#"{"other name":"x"}"#, #"{"other name":"x"}"#),
    (#"{"renamed":"x"}"#, #"{"other name":"x"}"#),
    (#"{"string_value":"x"}"#, #"{"stringValue":"x"}"#),
    (#"{"int32Value":0,"stringValue":"","boolValue":false,"doubleValue":0}"#, "{}"),
    (#"{"int32Value":null}"#, "{}"),
  ])
  func `reads and writes`(json: String, canonical: String) throws {
    #expect(try Fixture().echo(json, "Scalars") == canonical)
  }

  @Test(arguments: [
    (#"{"int32Value":1.5}"#, "at int32_value: 1.5 is not an int32"),
    (#"{"int32Value":2147483648}"#, "at int32_value: 2147483648 is not an int32"),
    (#"{"int32Value":1e999999999999}"#, "at int32_value: 1e999999999999 is not an int32"),
    (#"{"int32Value":" 1"}"#, #"at int32_value: " 1" is not an int32"#),
    (#"{"int64Value":"x"}"#, #"at int64_value: "x" is not an int64"#),
    (
      #"{"int64Value":"9223372036854775808"}"#,
      #"at int64_value: "9223372036854775808" is not an int64"#
    ),
    (#"{"uint32Value":-1}"#, "at uint32_value: -1 is not a uint32"),
    (
      #"{"uint64Value":"18446744073709551616"}"#,
      #"at uint64_value: "18446744073709551616" is not a uint64"#
    ),
    (#"{"doubleValue":1e400}"#, "at double_value: 1e400 is not a double"),
    (#"{"doubleValue":"0x1p3"}"#, #"at double_value: "0x1p3" is not a double"#),
    (#"{"doubleValue":"inf"}"#, #"at double_value: "inf" is not a double"#),
    (#"{"floatValue":3.5e38}"#, "at float_value: 3.5e38 is not a float"),
    (#"{"boolValue":"true"}"#, #"at bool_value: "true" is not a bool"#),
    (#"{"boolValue":1}"#, "at bool_value: 1 is not a bool"),
    (#"{"stringValue":1}"#, "at string_value: 1 is not a string"),
    (#"{"bytesValue":"?"}"#, #"at bytes_value: "?" is not base64"#),
    (#"{"bytesValue":"AAAAA"}"#, #"at bytes_value: "AAAAA" is not base64"#),
    (#"{"shade":"PINK"}"#, #"at shade: "PINK" is not a value of everything.v3.Shade"#),
    (#"{"shade":4294967296}"#, "at shade: 4294967296 is not a value of everything.v3.Shade"),
    (#"{"nope":1}"#, #"everything.v3.Scalars has no field "nope""#),
    (#"{"int32Value":1,"int32_value":2}"#, #""int32_value" occurs twice"#),
    (#"[]"#, "[] is not an object (everything.v3.Scalars)"),
  ])
  func `refuses`(json: String, message: String) throws {
    #expect(try Fixture().refusal(json, "Scalars") == message)
  }

  @Test
  func `explicit presence keeps defaults`() throws {
    let json =
      #"{"doubleValue":0,"int32Value":0,"int64Value":"0","boolValue":false,"#
      + #""stringValue":"","bytesValue":"","shade":"SHADE_UNSPECIFIED"}"#

    #expect(try Fixture().echo(json, "Optionals") == json)
    #expect(try Fixture().echo("{}", "Optionals") == "{}")
  }

  @Test
  func `a string that is not UTF-8 has no JSON form`() throws {
    #expect(
      try Fixture().refusal([0x72, 1, 0xFF], "Scalars")
        == "at string_value: a string that is not UTF-8 has no JSON form")
  }
}

@Suite
struct OptionTests {
  @Test
  func `emits defaults of fields without presence`() throws {
    let fixture = try Fixture { $0.emitDefaults = true }

    #expect(try fixture.json([], "Leaf") == #"{"number":0,"text":""}"#)
    #expect(try fixture.json([], "Optionals") == "{}")
    #expect(
      try fixture.json([], "Tree") == #"{"name":"","children":[],"named":{}}"#)
    #expect(try fixture.json([0x12, 1, 0x61], "Leaf") == #"{"number":0,"text":"a"}"#)
  }

  @Test
  func `ignores what it does not know`() throws {
    let fixture = try Fixture { $0.ignoreUnknown = true }

    #expect(try fixture.echo(#"{"x":{"y":[1]},"shade":"PINK"}"#, "Scalars") == "{}")
    #expect(
      try fixture.echo(#"{"shades":["PINK","SHADE_DARK","RED"]}"#, "Lists")
        == #"{"shades":["SHADE_DARK"]}"#)
    #expect(try fixture.wire(#"{"shades":["PINK"]}"#, "Lists") == [])
    #expect(
      try fixture.echo(#"{"shades":{"1":"PINK","2":"SHADE_DARK"}}"#, "Maps")
        == #"{"shades":{"2":"SHADE_DARK"}}"#)
  }

  @Test
  func `writes original names, numbers for enums and for 64 bits`() throws {
    let fixture = try Fixture {
      $0.originalNames = true
      $0.enumsAsInts = true
      $0.int64AsNumbers = true
    }

    #expect(
      try fixture.echo(#"{"int64Value":"1","shade":"SHADE_DARK","other name":"x"}"#, "Scalars")
        == #"{"int64_value":1,"shade":1,"renamed":"x"}"#)
  }

  @Test
  func `indents`() throws {
    let fixture = try Fixture { $0.pretty = true }

    #expect(
      try fixture.echo(#"{"int32Values":[1,2],"leaves":[{},{"text":"x"}]}"#, "Lists") == """
        {
          "int32Values": [
            1,
            2
          ],
          "leaves": [
            {},
            {
              "text": "x"
            }
          ]
        }
        """)
  }
}
