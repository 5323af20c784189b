internal import ArgumentParser
internal import FoundationEssentials
internal import GensynClient
internal import MarketParticipants
internal import Primitives
internal import Schema
internal import SwiftProtobuf

struct OfferCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offer", abstract: "Offers compute, and shows what is offered.",
    subcommands: [ListOffers.self, PostOffer.self, CancelOffer.self])
}

struct ListOffers: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists open offers, the cheapest first.",
    discussion: """
      gensyn offer list "gpu.count>=2 region=eu*"
      Vast.ai's words are understood too: gensyn offer list "num_gpus>=2 reliability>0.99"
      """)

  @OptionGroup var options: GlobalOptions
  @Argument(help: "What they must be like.") var demands = ""

  func run() async throws {
    let gensyn = try options.settings().connect()
    var request = Gensyn_Market_V1.ListOffersRequest()
    request.constraint = try ConstraintText.parse(demands)
    request.state = .open
    var table = Table("OFFER", "CLASS", "REGION", "PRICE", "LEFT", "PROVIDER")
    repeat {
      let response = try await gensyn.offers.listOffers(request)
      for offer in response.offers {
        table.add(
          Hex.encode([UInt8](offer.id)), offer.terms.instrument.hardwareClass,
          offer.terms.instrument.region, Tokens.text(offer.terms.unitPriceAiWei),
          "\(offer.openQuantity)", offer.provider.addressText, json: JSON(message: offer))
      }
      request.pageToken = response.nextPageToken
    } while !request.pageToken.isEmpty
    try Printer(options).table(table)
  }
}

/// What a machine is offered for.
struct OfferOptions: ParsableArguments {
  @Option(help: ArgumentHelp("For one slot of one machine.", valueName: "AI"))
  var price = "1"

  @Option(help: "How many slots.") var quantity: UInt64 = 100
  @Option(help: "The class of hardware; otherwise this machine's.") var hardwareClass: String?
  @Option(help: "Where it is.") var region = ""

  @Option(
    help: ArgumentHelp("What it is like. Repeatable.", valueName: "name=value"))
  var property: [String] = []

  @Option(
    help: ArgumentHelp("How long the offer holds.", valueName: "duration"),
    transform: DurationText.parse)
  var valid: Duration = .seconds(86_400)

  func terms() throws -> Gensyn_Market_V1.OfferTerms {
    var properties: [Gensyn_Market_V1.Property] = []
    for text in property { properties.append(try ConstraintText.property(text)) }
    let all = properties
    let price = try Tokens.parse(price)
    return .with {
      $0.instrument.hardwareClass = hardwareClass ?? HardwareClass.own
      $0.instrument.region = region
      $0.unitPriceAiWei = Data(price.bytes)
      $0.quantity = quantity
      $0.properties = all
      $0.expireTime = Google_Protobuf_Timestamp(
        date: Date().addingTimeInterval(Double(valid.components.seconds)))
    }
  }
}

struct PostOffer: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "post", abstract: "Offers compute; provider serve does so by itself.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var account: SigningAccount
  @OptionGroup var offer: OfferOptions

  func run() async throws {
    let gensyn = try options.settings().connect()
    let posted = try await account.account(gensyn).post(try offer.terms())
    try Printer(options).show(
      json: JSON(message: posted), text: Hex.encode([UInt8](posted.id)))
  }
}

struct CancelOffer: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Withdraws an offer; leases that came of it stay.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var account: SigningAccount
  @OptionGroup var offer: MarketIdentifier

  func run() async throws {
    let gensyn = try options.settings().connect()
    let cancelled = try await account.account(gensyn).cancelOffer(offer.id)
    try Printer(options).show(json: JSON(message: cancelled), text: "\(cancelled.state)")
  }
}
