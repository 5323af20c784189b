import EVM
import KeyDerivation
import Primitives
import Testing
import Wallet

private struct NotHexadecimal: Error {}

@Suite
struct SigningTests {
  private func key(_ hex: String) throws -> AccountKey {
    guard let bytes = SecretBytes(hex: Array(hex.utf8).span) else { throw NotHexadecimal() }
    return try AccountKey(bytes)
  }

  /// The example of EIP-155.
  @Test
  func `a legacy transaction has the bytes of EIP-155`() throws {
    let key = try key(String(repeating: "46", count: 32))
    let transaction = UnsignedTransaction(
      chainID: 1, nonce: 9, fees: .legacy(gasPrice: 20_000_000_000), gasLimit: 21_000,
      to: Address(hex: String(repeating: "35", count: 20)), value: 1_000_000_000_000_000_000)

    let signed = transaction.signed(by: key)

    #expect(
      Hex.encode(signed.bytes)
        == "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7640000"
        + "8025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
        + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83")
  }

  @Test(arguments: 0..<4)
  func `the engine reads every type, and finds its sender`(form: Int) throws {
    let key = try key(String(repeating: "01", count: 32))
    let authority = try self.key(String(repeating: "02", count: 32))
    let fees: UnsignedTransaction.Fees =
      switch form {
      case 0: .legacy(gasPrice: 7)
      case 1: .accessList(gasPrice: 7)
      default: .dynamic(maxFee: 9, maxPriorityFee: 2)
      }
    var unsigned = UnsignedTransaction(
      chainID: 31337, nonce: 3, fees: fees, gasLimit: 100_000, to: Address(number: 5),
      value: 11, data: [1, 2, 3])
    if form > 0 {
      unsigned.accessList = [.init(address: Address(number: 8), slots: [1, U256.max])]
    }
    if form == 3 {
      unsigned.authorizations = [
        SignedAuthorization(
          chainID: 31337, address: Address(number: 9), nonce: 4, signedBy: authority)
      ]
    }

    let signed = unsigned.signed(by: key)
    let transaction = try Transaction(decoding: signed.bytes, fork: .osaka)

    #expect(transaction.sender() == key.address)
    #expect(transaction.hash == signed.hash)
    #expect(transaction.chainID == 31337)
    #expect(transaction.kind.rawValue == [0, 1, 2, 4][form])
    #expect(transaction.value == 11 && transaction.data == [1, 2, 3])
    let authorities = transaction.authorizations.map { $0.authority() }
    #expect(authorities == (form == 3 ? [authority.address] : []))
  }

  /// An example of eth-account's documentation.
  @Test
  func `a message is signed as personal_sign does`() throws {
    let key = try key("b25c7db31feed9122727bf0939dc769a96564b2de4c4726d035b36ecf1e5b364")

    let signature = key.sign(message: Array("I♥SF".utf8))

    #expect(
      Hex.encode(signature.bytes)
        == "e6ca9bba58c88611fad66a6ce8f996908195593807c4b38bd528d2cff09d4eb3"
        + "3e5bfbbf4d3e39b1a2fd816a7680c19ebebaf3a141b239934ad43cb33fcec8ce1c")
    #expect(signature.signer(of: PersonalMessage.hash(Array("I♥SF".utf8))) == key.address)
    #expect(AccountSignature(signature.bytes) == signature)
  }

  @Test
  func `a signature with a high s is nobody's`() throws {
    let key = try key(String(repeating: "01", count: 32))
    let hash = Keccak256.hash([1])
    let signature = key.sign(hash: hash)
    let order = Transaction.curveOrder

    let mirrored = AccountSignature(
      r: signature.r, s: order &- signature.s, isOdd: !signature.isOdd)

    #expect(signature.signer(of: hash) == key.address)
    #expect(mirrored.signer(of: hash) == nil)
  }

  @Test
  func `a phrase gives the accounts that other tools find`() throws {
    let phrase = Array("test test test test test test test test test test test junk".utf8)
    let root = try DerivedKey(phrase: phrase.span)

    let first = try root.account(0)
    let second = try root.account(1)

    #expect("\(first.address)" == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
    #expect("\(second.address)" == "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
  }
}
