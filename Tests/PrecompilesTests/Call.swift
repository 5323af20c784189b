import Precompiles
import Primitives

/// Calls with plenty of gas; nil for a contract that refuses, or is not there.
func output(
  _ address: UInt16, _ input: [UInt8], gas: Int64 = 1 << 40, fork: Fork = .osaka
) -> [UInt8]? {
  guard
    case .success(_, let output) = Precompiles.run(
      address: address, input: input.span, gas: gas, fork: fork)
  else { return nil }
  return output
}

/// The gas that a successful call took.
func gasUsed(_ address: UInt16, _ input: [UInt8], fork: Fork) -> Int64? {
  guard
    case .success(let gasUsed, _) = Precompiles.run(
      address: address, input: input.span, gas: .max, fork: fork)
  else { return nil }
  return gasUsed
}

/// The number as 32 big-endian bytes.
func word(_ number: UInt64) -> [UInt8] {
  [UInt8](repeating: 0, count: 24)
    + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
}
