/// How two members rank each other as chord (topology, 2): the smaller the better, the same from both ends, and
/// different in each network.
package struct ChordWeight: Sendable {
    private let hash: @Sendable ([UInt8]) -> Hash
    private let prefix: [UInt8]

    package init(network: Hash, hash: @escaping @Sendable ([UInt8]) -> Hash) {
        (prefix, self.hash) = (Label.chord + network.rawBytes, hash)
    }

    /// SHA-256("mesh/1/chord" ‖ 0 ‖ network ‖ the smaller NodeID ‖ the larger), compared as bytes.
    package func of(_ first: NodeID, _ second: NodeID) -> Hash {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(prefix.count + 2 * Bytes32.count)
        bytes += prefix
        min(first, second).bytes.append(to: &bytes)
        max(first, second).bytes.append(to: &bytes)
        return hash(bytes)
    }
}
