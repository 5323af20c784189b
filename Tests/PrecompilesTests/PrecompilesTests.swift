import Precompiles
import Primitives
import Secp256k1
import Testing

@Suite
struct PrecompilesTests {
  @Test(
    arguments: [
      (.frontier, 4), (.spuriousDragon, 4), (.byzantium, 8), (.petersburg, 8), (.istanbul, 9),
      (.shanghai, 9), (.cancun, 10), (.prague, 17), (.osaka, 18), (.bpo2, 18),
    ] as [(Fork, Int)])
  func `every fork has its contracts`(fork: Fork, count: Int) {
    let addresses = Precompiles.addresses(at: fork)

    #expect(addresses.count == count)
    #expect(addresses.prefix(17) == (1...17).prefix(count).map { $0 }[...])
    #expect(addresses.contains(0x100) == (fork >= .osaka))
  }

  @Test
  func `there is nothing elsewhere`() {
    for address in [0, 0x12, 0xff, 0x101, 0xffff] as [UInt16] {
      #expect(Precompiles.run(address: address, input: Span(), gas: .max, fork: .bpo2) == nil)
    }
    for address in Precompiles.addresses(at: .osaka) {
      let exists = Precompiles.exists(at: address, fork: .frontier)
      let outcome = Precompiles.run(
        address: address, input: Span(), gas: .max, fork: .frontier)
      #expect(exists == (outcome != nil))
    }
  }

  @Test
  func `recovers the address of a key`() throws {
    let one = [UInt8](repeating: 0, count: 31) + [1]
    let key = try Secp256k1.SecretKey(one.span)
    let digest = [UInt8](repeating: 7, count: 32)
    let signature = try key.sign(digest.span)
    let rs = (0..<64).map { signature.bytes[$0] }
    let input = digest + word(27 + UInt64(signature.recoveryID)) + rs

    // The address of the secret key one.
    #expect(
      output(1, input).map { Hex.encode($0) }
        == String(repeating: "0", count: 24) + "7e5f4552091a69125d5dfcb7b8c2659029395bdf")
    #expect(output(1, input + [1, 2, 3]) == output(1, input))
    #expect(gasUsed(1, input, fork: .frontier) == 3_000)
  }

  @Test
  func `recovers nothing from what is no signature`() {
    let digest = word(5)
    for (v, r, s) in [
      (word(26), word(1), word(1)), (word(29), word(1), word(1)), (word(27), word(0), word(1)),
      (word(27), word(1), word(0)), ([1] + word(27).dropFirst(), word(1), word(1)),
      (word(27), [UInt8](repeating: 0xff, count: 32), word(1)),
    ] {
      #expect(output(1, digest + v + r + s) == [])
    }
    #expect(output(1, []) == [])
  }
}

@Suite
struct P256Tests {
  /// RFC 6979 appendix A.2.5: the key, and its signature of SHA-256("sample").
  static let key =
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
  static let hash = "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf"
  static let r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
  static let s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
  static let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
  static let zero = String(repeating: "0", count: 64)

  @Test
  func `accepts a good signature`() throws {
    let input = try Hex.decode(Self.hash + Self.r + Self.s + Self.key)
    #expect(output(0x100, input) == word(1))
    #expect(gasUsed(0x100, input, fork: .osaka) == 6_900)
  }

  @Test
  func `refuses a coordinate that p was added to`() throws {
    // Made for a key whose x is small: R = u1·G + u2·Q for chosen u1 and u2 gives r, s and hash.
    let signature =
      "a54d692a90e29d6a7390bf442fbab30cb5f9af1c5db1adec81cdf7a1991aad65"
      + "e7ee11c5b66b6fdc393371a2cd4b47d85a7989ebb038e0e823905b3a0ac5d435"
      + "eb195d707ced3c244e672429a0f8329acac8abc710af278b010fa81dbb0756ca"
    let y = "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc"
    let x = "0000000000000000000000000000000000000000000000000000000000000005"
    let xPlusP = "ffffffff00000001000000000000000000000001000000000000000000000004"

    #expect(output(0x100, try Hex.decode(signature + x + y)) == word(1))
    #expect(output(0x100, try Hex.decode(signature + xPlusP + y)) == [])
  }

  @Test
  func `refuses everything else with an empty answer`() throws {
    let high = String(repeating: "f", count: 64)
    for text in [
      Self.r + Self.r + Self.s + Self.key,
      Self.hash + Self.s + Self.r + Self.key,
      Self.hash + Self.zero + Self.s + Self.key,
      Self.hash + Self.r + Self.zero + Self.key,
      Self.hash + Self.order + Self.s + Self.key,
      Self.hash + Self.r + Self.order + Self.key,
      Self.hash + Self.r + Self.s + Self.zero + Self.zero,
      Self.hash + Self.r + Self.s + high + high,
      Self.hash + Self.r + Self.s + Self.key + "00",
      Self.hash + Self.r + Self.s + String(Self.key.dropLast(2)),
      Self.hash + Self.r + Self.s + String(Self.key.dropLast(2)) + "98",
      "",
    ] {
      #expect(output(0x100, try Hex.decode(text)) == [])
    }
  }
}
