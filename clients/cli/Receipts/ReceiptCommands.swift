internal import ArgumentParser
internal import Files
internal import FoundationEssentials
internal import GensynClient
internal import Primitives
internal import RPC
internal import Receipts
internal import Schema

struct ReceiptCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt",
    abstract: "Shows and checks receipts: who says that which model gives what.",
    subcommands: [GetReceipt.self, ListReceipts.self, ImportReceipt.self, ValidateReceipt.self])
}

/// The argument of commands about one receipt.
struct ReceiptSource: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A file that holds a receipt, or the BLAKE3-256 of one that the gateway keeps.",
      valueName: "file-or-hash"), completion: .file())
  var source: String

  /// The receipt, read here and its signature checked here, wherever it comes from.
  func read(_ options: GlobalOptions) async throws -> SignedReceipt {
    let limit = SignedReceipt.byteCountMax
    if let bytes = try File.userContents(of: source, sizeMax: limit) {
      return try Self.check(bytes)
    }
    guard let hash = try? Digest(hex: source) else {
      throw UserError("there is no file \(source), and it is no receipt's hash")
    }
    let gensyn = try options.settings().connect()
    let response = try await gensyn.receipts.getReceipt(hash: Data(hash))
    let signed = try Self.check([UInt8](response.receipt.signedBytes))
    guard signed.hash == hash else {
      throw RPCError(.dataLoss, "what the gateway sent for \(hash) has another hash")
    }
    return signed
  }

  private static func check(_ bytes: [UInt8]) throws -> SignedReceipt {
    do {
      return try SignedReceipt(bytes: bytes)
    } catch {
      throw UserError("this is no valid receipt: \(error)")
    }
  }
}
