/// The three operations as the precompiled contracts take and give them: big-endian numbers of 32
/// bytes, (0, 0) for the point at infinity; nil for what EIP-196 and EIP-197 refuse.
extension BN254 {
  public static let pointByteCount = 64
  public static let scalarByteCount = 32
  /// A point of G1 and one of G2.
  public static let pairByteCount = 192

  public static func add(_ a: Span<UInt8>, _ b: Span<UInt8>) -> [UInt8]? {
    guard let a = point(a), let b = point(b) else { return nil }
    return bytes((Jacobian(a) + b).affine)
  }

  /// The scalar may be any number of 256 bits.
  public static func multiply(_ point: Span<UInt8>, by scalar: Span<UInt8>) -> [UInt8]? {
    guard let point = self.point(point) else { return nil }
    return bytes(point.multiplied(by: Scalar(bigEndian: scalar)).affine)
  }

  /// Whether the product of the pairings is one; `pairs` holds points of G1 and G2 by turns.
  public static func isProductOne(_ pairs: Span<UInt8>) -> Bool? {
    guard pairs.count.isMultiple(of: pairByteCount) else { return nil }
    var points: [(Affine<G1>, Affine<G2>)] = []
    for offset in stride(from: 0, to: pairs.count, by: pairByteCount) {
      guard let p = point(pairs.extracting(offset..<(offset + 64))),
        let q = twistedPoint(pairs.extracting((offset + 64)..<(offset + 192)))
      else { return nil }
      points.append((p, q))
    }
    return isProductOne(points)
  }

  private static func point(_ bytes: Span<UInt8>) -> Affine<G1>? {
    guard bytes.count == pointByteCount, let x = Fp<Self>(bigEndian: bytes.extracting(0..<32)),
      let y = Fp<Self>(bigEndian: bytes.extracting(32..<64))
    else { return nil }
    if x.isZero, y.isZero { return .infinity }
    let point = Affine<G1>(x, y)
    return point.isOnCurve ? point : nil
  }

  /// The imaginary part of a coordinate comes first.
  private static func twistedPoint(_ bytes: Span<UInt8>) -> Affine<G2>? {
    guard let x1 = Fp<Self>(bigEndian: bytes.extracting(0..<32)),
      let x0 = Fp<Self>(bigEndian: bytes.extracting(32..<64)),
      let y1 = Fp<Self>(bigEndian: bytes.extracting(64..<96)),
      let y0 = Fp<Self>(bigEndian: bytes.extracting(96..<128))
    else { return nil }
    let point = Affine<G2>(Fp2(x0, x1), Fp2(y0, y1))
    if point.x.isZero, point.y.isZero { return .infinity }
    return point.isOnCurve && isInSubgroup(point) ? point : nil
  }

  private static func bytes(_ point: Affine<G1>) -> [UInt8] {
    point.isInfinity
      ? [UInt8](repeating: 0, count: pointByteCount)
      : point.x.bigEndianBytes + point.y.bigEndianBytes
  }
}
