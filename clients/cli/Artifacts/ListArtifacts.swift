internal import ArgumentParser
internal import GensynClient

struct ListArtifacts: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the caller's artifacts, oldest first.")

  @OptionGroup var options: GlobalOptions

  @Option(help: "Only of this kind.")
  var kind: ArtifactKindName?

  @Option(help: ArgumentHelp("Only names that begin with this.", valueName: "text"))
  var prefix = ""

  @Option(help: ArgumentHelp("How many at most.", valueName: "count"))
  var limit = Int.max

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit is at least 1") }
  }

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    var page = ""
    var left = limit
    repeat {
      let response = try await gensyn.artifacts.listArtifacts(
        pageSize: Int32(min(left, 1000)), pageToken: page, kind: kind?.kind ?? .unspecified,
        namePrefix: prefix)
      var table = Table("HASH", "SIZE", "KIND", "CREATED", "NAME")
      for artifact in response.artifacts.prefix(left) {
        table.add(
          artifact.hashText, ByteCount.text(artifact.sizeBytes), artifact.kindText,
          Moment.text(artifact.createTime), artifact.name, json: artifact.json)
      }
      if !table.rows.isEmpty || page.isEmpty { try printer.table(table) }
      left -= table.rows.count
      page = response.nextPageToken
    } while !page.isEmpty && left > 0
  }
}
