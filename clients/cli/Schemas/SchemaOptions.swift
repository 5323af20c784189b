internal import ArgumentParser

/// Where the types of services come from.
struct SchemaOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Know services from this file, a FileDescriptorSet as protoc --descriptor_set_out or buf "
        + "build writes it.",
      valueName: "file"))
  var protoSet: [String] = []

  @Flag(help: "Ask the server for its types, even of services that this program knows.")
  var reflect = false

  func validate() throws {
    guard protoSet.isEmpty || !reflect else {
      throw ValidationError("--proto-set and --reflect exclude each other")
    }
  }
}
