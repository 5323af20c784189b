/// The operations of EIP-2537 on its encodings; nil for what it refuses.
///
/// A field element is 64 big-endian bytes below p, 16 of them zero; a point of G1 has two, one of
/// G2 four, the real part of a coordinate first; zeros stand for the point at infinity.
extension BLS12381 {
  public static let fieldByteCount = 64
  public static let scalarByteCount = 32
  public static let g1ByteCount = 2 * fieldByteCount
  public static let g2ByteCount = 4 * fieldByteCount
  public static let pairByteCount = g1ByteCount + g2ByteCount

  /// The sum of two points of the curve, which need not be of the subgroup.
  public static func addG1(_ input: Span<UInt8>) -> [UInt8]? { add(input, G1.self) }
  public static func addG2(_ input: Span<UInt8>) -> [UInt8]? { add(input, G2.self) }

  /// The sum of multiples of points of the subgroup; point and 32 bytes of scalar by turns.
  public static func multiplyG1(_ input: Span<UInt8>) -> [UInt8]? { multiply(input, G1.self) }
  public static func multiplyG2(_ input: Span<UInt8>) -> [UInt8]? { multiply(input, G2.self) }

  /// Whether the product of the pairings is one; at least one pair of points is needed.
  public static func isProductOne(_ input: Span<UInt8>) -> Bool? {
    guard input.count > 0, input.count.isMultiple(of: pairByteCount) else { return nil }
    var pairs: [(Affine<G1>, Affine<G2>)] = []
    for offset in stride(from: 0, to: input.count, by: pairByteCount) {
      let middle = offset + g1ByteCount
      guard let p = G1.read(input.extracting(offset..<middle)),
        let q = G2.read(input.extracting(middle..<(offset + pairByteCount))),
        isInSubgroup(p), isInSubgroup(q)
      else { return nil }
      pairs.append((p, q))
    }
    return isProductOne(pairs)
  }

  public static func mapToG1(_ input: Span<UInt8>) -> [UInt8]? {
    guard input.count == fieldByteCount else { return nil }
    return element(input).map { G1.write(map($0)) }
  }

  public static func mapToG2(_ input: Span<UInt8>) -> [UInt8]? {
    guard input.count == 2 * fieldByteCount else { return nil }
    return G2.coordinate(input).map { G2.write(map($0)) }
  }

  private static func add<C: EncodedCurve>(_ input: Span<UInt8>, _ curve: C.Type) -> [UInt8]? {
    let count = C.pointByteCount
    guard input.count == 2 * count, let a = C.read(input.extracting(0..<count)),
      let b = C.read(input.extracting(count..<(2 * count)))
    else { return nil }
    return C.write((Jacobian(a) + b).affine)
  }

  private static func multiply<C: EncodedCurve>(
    _ input: Span<UInt8>, _ curve: C.Type
  ) -> [UInt8]? {
    let count = C.pointByteCount + scalarByteCount
    guard input.count > 0, input.count.isMultiple(of: count) else { return nil }
    var points: [Affine<C>] = []
    var scalars: [Scalar] = []
    for offset in stride(from: 0, to: input.count, by: count) {
      let end = offset + C.pointByteCount
      guard let point = C.read(input.extracting(offset..<end)), C.isInSubgroup(point) else {
        return nil
      }
      points.append(point)
      scalars.append(Scalar(bigEndian: input.extracting(end..<(end + scalarByteCount))))
    }
    return C.write(Jacobian.sum(of: points, times: scalars).affine)
  }
}

// MARK: - Encodings

/// One of the two curves, with how its coordinates are written.
private protocol EncodedCurve: Curve {
  static var coordinateByteCount: Int { get }
  static func coordinate(_ bytes: Span<UInt8>) -> Coordinate?
  static func bytes(_ coordinate: Coordinate) -> [UInt8]
  static func isInSubgroup(_ point: Affine<Self>) -> Bool
}

extension EncodedCurve {
  fileprivate static var pointByteCount: Int { 2 * coordinateByteCount }

  /// A point of the curve, in the subgroup or not.
  fileprivate static func read(_ bytes: Span<UInt8>) -> Affine<Self>? {
    guard let x = coordinate(bytes.extracting(0..<coordinateByteCount)),
      let y = coordinate(bytes.extracting(coordinateByteCount..<pointByteCount))
    else { return nil }
    if x.isZero, y.isZero { return .infinity }
    let point = Affine<Self>(x, y)
    return point.isOnCurve ? point : nil
  }

  fileprivate static func write(_ point: Affine<Self>) -> [UInt8] {
    point.isInfinity
      ? [UInt8](repeating: 0, count: pointByteCount) : bytes(point.x) + bytes(point.y)
  }
}

extension BLS12381.G1: EncodedCurve {
  fileprivate static var coordinateByteCount: Int { BLS12381.fieldByteCount }

  fileprivate static func coordinate(_ bytes: Span<UInt8>) -> Fp<BLS12381>? {
    BLS12381.element(bytes)
  }

  fileprivate static func bytes(_ coordinate: Fp<BLS12381>) -> [UInt8] {
    [UInt8](repeating: 0, count: 16) + coordinate.bigEndianBytes
  }

  fileprivate static func isInSubgroup(_ point: Affine<Self>) -> Bool {
    BLS12381.isInSubgroup(point)
  }
}

extension BLS12381.G2: EncodedCurve {
  fileprivate static var coordinateByteCount: Int { 2 * BLS12381.fieldByteCount }

  fileprivate static func coordinate(_ bytes: Span<UInt8>) -> Fp2<BLS12381>? {
    guard let c0 = BLS12381.element(bytes.extracting(0..<64)),
      let c1 = BLS12381.element(bytes.extracting(64..<128))
    else { return nil }
    return Fp2(c0, c1)
  }

  fileprivate static func bytes(_ coordinate: Fp2<BLS12381>) -> [UInt8] {
    BLS12381.G1.bytes(coordinate.c0) + BLS12381.G1.bytes(coordinate.c1)
  }

  fileprivate static func isInSubgroup(_ point: Affine<Self>) -> Bool {
    BLS12381.isInSubgroup(point)
  }
}

extension BLS12381 {
  fileprivate static func element(_ bytes: Span<UInt8>) -> Fp<BLS12381>? {
    guard (0..<16).allSatisfy({ bytes[$0] == 0 }) else { return nil }
    return Fp(bigEndian: bytes.extracting(16..<64))
  }
}
