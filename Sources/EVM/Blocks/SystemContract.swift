public import Primitives

/// Contracts that the rules call or listen to.
public enum SystemContract {
  /// Who calls them.
  static let caller = Address(
    high: 0xFFFF_FFFF, middle: 0xFFFF_FFFF_FFFF_FFFF, low: 0xFFFF_FFFF_FFFF_FFFE)
  static let gas: Int64 = 30_000_000

  /// EIP-4788: roots of the beacon chain.
  public static let beaconRoots = Address(
    high: 0x000F_3DF6, middle: 0xD732_807E_F131_9FB7, low: 0xB8BB_8522_D0BE_AC02)
  /// EIP-2935: hashes of blocks.
  public static let history = Address(
    high: 0x0000_F908, middle: 0x27F1_C53A_10CB_7A02, low: 0x335B_1753_2000_2935)
  /// EIP-7002.
  public static let withdrawals = Address(
    high: 0x0000_0961, middle: 0xEF48_0EB5_5E80_D19A, low: 0xD835_79A6_4C00_7002)
  /// EIP-7251.
  public static let consolidations = Address(
    high: 0x0000_BBDD, middle: 0xC7CE_4886_42FB_579F, low: 0x8B00_F3A5_9000_7251)
  /// EIP-6110, on the main network.
  public static let mainnetDeposits = Address(
    high: 0x0000_0000, middle: 0x219A_B540_356C_BB83, low: 0x9CBE_0530_3D77_05FA)
}
