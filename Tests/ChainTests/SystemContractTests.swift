import Chain
import EVM
import Primitives
import Testing

@Suite
struct SystemContractTests {
  /// keccak of the code that the EIPs give, as Ethereum's blockchain tests have it in their states.
  @Test
  func `a genesis has the contracts that the rules call`() throws {
    let node = try Node(.test(sealing: .manual))
    let view = try node.state(at: .earliest)

    for address in [
      SystemContract.beaconRoots, SystemContract.history, SystemContract.withdrawals,
      SystemContract.consolidations,
    ] {
      #expect(try view.account(address)?.nonce == 1)
      #expect(try view.code(address).starts(with: [0x33, 0x73, 0xFF]))
    }
  }

  @Test
  func `a block's parent and time are where EIP-2935 and EIP-4788 want them`() throws {
    let node = try Node(.test(sealing: .manual))
    let parent = node.head.hash

    let block = try node.seal()
    let view = try node.state(at: .latest)

    #expect(try view.storage(SystemContract.history, at: 0) == parent.word)
    let slot = U256(block.header.timestamp % 8191)
    #expect(
      try view.storage(SystemContract.beaconRoots, at: slot) == U256(block.header.timestamp))
    #expect(block.header.requestsHash == BlockExecution.noRequestsHash)
  }
}
