/// The owners' part of a digest as the wire format writes it, kept from one digest to the next.
struct DigestLines: Sendable {
    /// Key, life, version, hash.
    private static let size = Bytes32.count + 8 + 8 + Bytes32.count

    /// Ascending by owner.
    private(set) var lines: [DigestDetail.Owner] = []
    /// ``size`` bytes for each line.
    private var bytes: [UInt8] = []
    /// Whose lines are out of date.
    private var stale: Set<NodeID> = []

    var owners: [NodeID] { lines.map(\.owner) }

    /// A list of the wire format.
    var encoded: [UInt8] {
        var writer = WireWriter()
        writer.write(bytes: bytes, count: lines.count)
        return writer.bytes
    }

    mutating func changed(_ owner: NodeID, isKnown: Bool) {
        guard stale.insert(owner).inserted, !isKnown else { return }
        let place = place(of: owner)
        guard place == lines.endIndex || lines[place].owner != owner else { return }
        lines.insert(DigestDetail.Owner(owner: owner, life: 0, version: 0, hash: .zero), at: place)
        bytes.insert(contentsOf: repeatElement(0, count: Self.size), at: place * Self.size)
    }

    mutating func remove(_ owner: NodeID) {
        stale.remove(owner)
        let place = place(of: owner)
        guard place < lines.endIndex, lines[place].owner == owner else { return }
        lines.remove(at: place)
        bytes.removeSubrange(place * Self.size..<(place + 1) * Self.size)
    }

    /// Ascending; to be ``set(_:)`` next.
    mutating func takeStale() -> [NodeID] {
        defer { stale = [] }
        return stale.sorted()
    }

    mutating func set(_ line: DigestDetail.Owner) {
        let place = place(of: line.owner)
        guard place < lines.endIndex, lines[place].owner == line.owner else { return }
        lines[place] = line
        bytes.replaceSubrange(place * Self.size..<(place + 1) * Self.size, with: line.encoded())
    }

    /// Where the owner stands, or belongs.
    private func place(of owner: NodeID) -> Int {
        lines.partitioningIndex { $0.owner >= owner }
    }
}
