public import EVM
public import Primitives

/// How a tracer looks at the state as it is in the middle of execution.
public struct StateReader {
  public let account: (Address) -> Account?
  public let code: (Address) -> [UInt8]
  public let storage: (Address, U256) -> U256

  public init(
    account: @escaping (Address) -> Account?, code: @escaping (Address) -> [UInt8],
    storage: @escaping (Address, U256) -> U256
  ) {
    self.account = account
    self.code = code
    self.storage = storage
  }
}
