internal import ABI
internal import ContractBindings
public import Market
public import Primitives

extension SettlementOrder {
  /// The call of the escrow that carries it out.
  public var call: (contract: Address, data: [UInt8]) {
    let data =
      switch self {
      case .assign(let job, let provider, let verifier):
        JobEscrow.assign(job: U256(job), provider: provider, verifier: verifier).data
      case .relist(let job): JobEscrow.relist(job: U256(job)).data
      case .close(let job): JobEscrow.close(job: U256(job)).data
      case .release(let job, let count):
        JobEscrow.release(job: U256(job), count: U256(count)).data
      case .settle(let job): JobEscrow.settle(job: U256(job)).data
      case .releaseBonds(let job, let lease):
        JobEscrow.releaseBonds(job: U256(job), lease: U256(lease)).data
      case .poke(let job): JobEscrow.release(job: U256(job), count: .zero).data
      }
    return (JobEscrow.address, data)
  }
}
