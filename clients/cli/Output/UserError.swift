/// A mistake in what the user gave: on the command line, in the configuration or as a message.
struct UserError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
