import Primitives
import Receipts
import Testing

@Suite
struct CommitmentTests {
  private static func leaves(_ count: Int) -> [Digest] {
    (0..<count).map { BLAKE3.hash([UInt8($0 & 0xFF), UInt8($0 >> 8)]) }
  }

  @Test(arguments: Array(1...33) + [255, 256, 257])
  func `every leaf has a path to the root`(count: Int) throws {
    let leaves = Self.leaves(count)
    let root = MerkleTree(leaves).root

    for index in leaves.indices {
      let path = try #require(MerklePath(to: index, in: leaves))
      #expect(path.root(of: leaves[index]) == root)
    }
  }

  @Test
  func `a path proves one leaf in one place`() throws {
    let leaves = Self.leaves(13)
    let root = MerkleTree(leaves).root
    let path = try #require(MerklePath(to: 5, in: leaves))

    #expect(path.root(of: leaves[6]) != root)
    let moved = MerklePath(index: 4, leafCount: 13, siblings: path.siblings)
    #expect(moved.root(of: leaves[5]) != root)
    let short = MerklePath(index: 5, leafCount: 13, siblings: path.siblings.dropLast())
    #expect(short.root(of: leaves[5]) == nil)
    #expect(MerklePath(index: 13, leafCount: 13, siblings: []).root(of: leaves[0]) == nil)
    #expect(MerklePath(index: .max, leafCount: .max, siblings: []).root(of: leaves[0]) == nil)
    #expect(MerklePath(to: 13, in: leaves) == nil)
  }

  @Test
  func `a tree is not the tree with one leaf more`() {
    let roots = (0...20).map { MerkleTree(Self.leaves($0)).root }

    #expect(Set(roots).count == roots.count)
  }

  @Test
  func `a record opens to the trace's root`() throws {
    let steps = (0..<5).map { step in
      (0..<7).map { Self.record(step: step, node: $0, output: UInt8($0)) }
    }
    var builder = TraceBuilder()
    var stepRoots: [Digest] = []
    for records in steps {
      for record in records { builder.append(record) }
      stepRoots.append(builder.endStep())
    }

    let opening = RecordOpening(
      record: steps[3][4],
      recordPath: try #require(MerklePath(to: 4, in: steps[3].map(\.digest))),
      stepPath: try #require(MerklePath(to: 3, in: stepRoots)))

    #expect(opening.root == builder.root)
    #expect(builder.stepCount == 5)
    let lie = RecordOpening(
      record: Self.record(step: 3, node: 4, output: 99), recordPath: opening.recordPath,
      stepPath: opening.stepPath)
    #expect(lie.root != builder.root)
  }

  @Test
  func `a tensor's hash binds type and dimensions`() {
    let content = BLAKE3.hash([1, 2, 3, 4])
    let commitments = [
      TensorCommitment(dataType: 1, dimensions: [2, 3], content: content),
      TensorCommitment(dataType: 1, dimensions: [3, 2], content: content),
      TensorCommitment(dataType: 1, dimensions: [6], content: content),
      TensorCommitment(dataType: 7, dimensions: [2, 3], content: content),
      TensorCommitment(dataType: 1, dimensions: [], content: content),
    ]

    #expect(Set(commitments.map(\.digest)).count == commitments.count)
  }

  private static func record(step: Int, node: Int, output: UInt8) -> TraceRecord {
    TraceRecord(
      node: UInt64(node), nodeHash: BLAKE3.hash([UInt8(node)]), operatorName: "MatMul",
      semanticsVersion: "1.0.0", inputs: [BLAKE3.hash([UInt8(step)])],
      outputs: [BLAKE3.hash([output])])
  }
}
