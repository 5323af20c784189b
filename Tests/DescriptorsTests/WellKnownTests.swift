import Descriptors
import Testing

@Suite
struct WellKnownTests {
  @Test(
    arguments: [
      (#"{"timestamp":"1970-01-01T00:00:00Z"}"#, nil),
      (#"{"timestamp":"0001-01-01T00:00:00Z"}"#, nil),
      (#"{"timestamp":"9999-12-31T23:59:59.999999999Z"}"#, nil),
      (#"{"timestamp":"2024-02-29T12:00:00.100Z"}"#, nil),
      (#"{"timestamp":"1969-12-31T23:59:59.000001Z"}"#, nil),
      (
        #"{"timestamp":"2024-01-01T01:30:00.5+01:30"}"#,
        #"{"timestamp":"2024-01-01T00:00:00.500Z"}"#
      ),
      (#"{"duration":"0s"}"#, nil),
      (#"{"duration":"-0.5s"}"#, #"{"duration":"-0.500s"}"#),
      (#"{"duration":"315576000000.999999999s"}"#, nil),
      (#"{"duration":"-1.000001s"}"#, nil),
      (#"{"fieldMask":"a,fooBar.baz"}"#, nil),
      (#"{"fieldMask":""}"#, nil),
      (#"{"structure":{"a":1,"b":[null,true,"x",{}]}}"#, nil),
      (#"{"value":null}"#, nil),
      (#"{"value":[1.5,"a"]}"#, nil),
      (#"{"listValue":[[],{},null]}"#, nil),
      (#"{"empty":{}}"#, nil),
      (#"{"doubleWrapper":0,"floatWrapper":"NaN","int64Wrapper":"0","uint64Wrapper":"1"}"#, nil),
      (#"{"int32Wrapper":-1,"uint32Wrapper":0,"boolWrapper":false}"#, nil),
      (#"{"stringWrapper":"","bytesWrapper":"AA=="}"#, nil),
      (#"{"int32Wrapper":null}"#, "{}"),
      (#"{"any":{}}"#, nil),
      (#"{"any":{"@type":"type.googleapis.com/everything.v3.Leaf","number":1}}"#, nil),
      (
        #"{"any":{"number":1,"@type":"x/everything.v3.Leaf"}}"#,
        #"{"any":{"@type":"x/everything.v3.Leaf","number":1}}"#
      ),
      (#"{"any":{"@type":"x/google.protobuf.Duration","value":"1s"}}"#, nil),
      (#"{"any":{"@type":"x/google.protobuf.Empty"}}"#, nil),
      (
        #"{"any":{"@type":"x/google.protobuf.Any","value":{"@type":"x/google.protobuf.Value","value":null}}}"#,
        nil
      ),
      (#"{"nullValue":null}"#, "{}"),
      (#"{"values":[null,1]}"#, nil),
    ] as [(String, String?)])
  func `reads and writes`(json: String, canonical: String?) throws {
    #expect(try Fixture().echo(json, "WellKnown") == canonical ?? json)
  }

  @Test(arguments: [
    #""2024-02-30T00:00:00Z""#, #""2023-02-29T00:00:00Z""#, #""2024-01-01t00:00:00Z""#,
    #""2024-01-01T00:00:00z""#, #""2024-01-01T00:00:00""#, #""0000-01-01T00:00:00Z""#,
    #""2024-01-01T24:00:00Z""#, #""2024-01-01T00:00:00.Z""#, #""0001-01-01T00:00:00+00:01""#,
    #""2024-01-01T00:00:00.1234567890Z""#, "0",
  ])
  func `refuses a timestamp`(text: String) throws {
    #expect(
      try Fixture().refusal(#"{"timestamp":\#(text)}"#, "WellKnown")
        == "at timestamp: \(text) is not a timestamp")
  }

  @Test(arguments: [
    #""1""#, #""s""#, #""1.s""#, #""--1s""#, #""315576000001s""#, #""1e3s""#, #""1.1234567890s""#,
    #""99999999999999999999999999s""#,
  ])
  func `refuses a duration`(text: String) throws {
    #expect(
      try Fixture().refusal(#"{"duration":\#(text)}"#, "WellKnown")
        == "at duration: \(text) is not a duration")
  }

  @Test(arguments: [
    (#"{"fieldMask":"foo_bar"}"#, #"at field_mask: "foo_bar" is not a field mask"#),
    (#"{"any":{"number":1}}"#, #"at any: {"number":1} is not an object with an "@type""#),
    (#"{"any":{"@type":"x/no.Such"}}"#, #"at any: no known file declares the type "x/no.Such""#),
    (
      #"{"any":{"@type":"x/google.protobuf.Duration"}}"#,
      #"at any: {"@type":"x/google.protobuf.Duration"} is not an object with a "value""#
    ),
    (
      #"{"any":{"@type":"x/everything.v3.Leaf","number":"y"}}"#,
      #"at any.number: "y" is not an int32"#
    ),
    (#"{"int64Wrappers":[null]}"#, "at int64_wrappers[0]: null is not an element"),
    (#"{"value":1e999}"#, "at value: 1e999 is not a double"),
    (#"{"structure":{"a":1,"a":2}}"#, #"at structure["a"]: "a" occurs twice"#),
    (#"{"listValue":{}}"#, "at list_value: {} is not an array"),
  ])
  func `refuses`(json: String, message: String) throws {
    #expect(try Fixture().refusal(json, "WellKnown") == message)
  }

  @Test(
    arguments: [
      // Seconds out of range, negative nanoseconds, mixed signs, an empty value, NaN, a mask.
      (
        [0x0A, 7, 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40],
        "at timestamp: a timestamp of 2199023255552 seconds and 0 nanoseconds has no JSON form"
      ),
      (
        [0x0A, 11, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
        "at timestamp: a timestamp of 0 seconds and -1 nanoseconds has no JSON form"
      ),
      (
        [0x12, 13, 0x08, 1, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
        "at duration: a duration of 1 seconds and -1 nanoseconds has no JSON form"
      ),
      ([0x2A, 0], "at value: a google.protobuf.Value without a kind has no JSON form"),
      (
        [0x2A, 9, 0x11, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F],
        "at value: a google.protobuf.Value that is not finite has no JSON form"
      ),
      (
        [0x1A, 5, 0x0A, 3, 0x61, 0x42, 0x63],
        #"at field_mask: the field mask's path "aBc" has no JSON form"#
      ),
      (
        [0x8A, 1, 3, 0x12, 1, 0x61],
        "at any: a google.protobuf.Any without a type has no JSON form"
      ),
    ] as [([UInt8], String)])
  func `refuses what JSON cannot say`(wire: [UInt8], message: String) throws {
    #expect(try Fixture().refusal(wire, "WellKnown") == message)
  }

  @Test
  func `is the whole message, too`() throws {
    #expect(try Fixture().echo(#""1.500s""#, "google.protobuf.Duration") == #""1.500s""#)
    #expect(try Fixture().echo("[1,null]", "google.protobuf.ListValue") == "[1,null]")
    #expect(try Fixture().echo(#""7""#, "google.protobuf.Int64Value") == #""7""#)
    #expect(try Fixture().echo("{}", "google.protobuf.Empty") == "{}")
  }
}
