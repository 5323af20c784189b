/// The precompiled contracts of the disputes (Sources/Contracts/Precompiles.md): they let a chain
/// check what receipts state.
///
/// They are no part of Ethereum: a chain has them only where its rules say so. What is malformed or
/// false gives an empty output, and the call succeeds.
public enum DisputeContracts {
  /// Where the first one is; the others follow.
  public static let firstAddress: UInt64 = 0x41_4901
  public static let count: UInt64 = 5
  /// Multiply-adds in one chain.
  public static let chainMax = 4_096

  /// The number of the contract at an address without upper bits, by which ``run(number:input:gas:)``
  /// knows it.
  @inlinable
  public static func number(at address: UInt64) -> UInt16? {
    let offset = address &- firstAddress
    return offset < count ? UInt16(truncatingIfNeeded: firstAddress &+ offset) : nil
  }

  /// Calls the contract with a number; a failure where there is none.
  public static func run(number: UInt16, input: RawSpan, gas: Int64) -> PrecompileOutcome {
    unsafe input.withUnsafeBytes { bytes in
      let elements = unsafe bytes.assumingMemoryBound(to: UInt8.self)
      return unsafe run(number: number, input: elements.span, gas: gas)
    }
  }

  /// The same for bytes with a type.
  public static func run(number: UInt16, input: Span<UInt8>, gas: Int64) -> PrecompileOutcome {
    guard let contract = DisputeContract(number: number), contract.gas(input.count) <= gas else {
      return .failure
    }
    return .success(gasUsed: contract.gas(input.count), output: contract.output(input) ?? [])
  }
}

/// One of them: what it costs and what it does.
enum DisputeContract: UInt16 {
  case blake3 = 0x4901
  case blake3Open
  case fmaChain
  case ed25519
  case blake3Parent

  init?(number: UInt16) {
    self.init(rawValue: number)
  }

  /// A function of the input's length alone. Inputs lie in memory that was paid for: no sum of these
  /// comes near 64 bits.
  func gas(_ byteCount: Int) -> Int64 {
    switch self {
    case .blake3: 60 + 12 * Self.blocks(byteCount, of: 64)
    case .blake3Open: 100 + 12 * Self.blocks(byteCount, of: 32)
    case .fmaChain: 50 + 8 * Int64(max(byteCount - 4, 0) / 8)
    case .ed25519: 3_000 + 12 * Self.blocks(byteCount, of: 64)
    case .blake3Parent: 72
    }
  }

  private static func blocks(_ byteCount: Int, of size: Int) -> Int64 {
    Int64(byteCount / size + (byteCount % size == 0 ? 0 : 1))
  }

  /// Nil for what is malformed or false.
  func output(_ input: Span<UInt8>) -> [UInt8]? {
    switch self {
    case .blake3: Self.hash(input)
    case .blake3Open: Self.open(input)
    case .fmaChain: Self.chain(input)
    case .ed25519: Self.verify(input)
    case .blake3Parent: Self.parent(input)
    }
  }
}
