/// The owners' part of a digest as the wire format writes it, kept from one digest to the next. Lines are known by their
/// place: ascending by owner.
struct DigestLines: Sendable {
    /// Key, life, version, hash.
    private static let size = Bytes32.count + 8 + 8 + Bytes32.count

    private(set) var lines: [DigestDetail.Owner] = []
    /// ``size`` bytes for each line.
    private var bytes: [UInt8] = []
    /// Which lines are out of date.
    private var isStale: [Bool] = []
    private var staleCount = 0

    /// As a list of the wire format.
    func encode(into writer: inout WireWriter) {
        // The count in front of them is a word.
        writer.reserve(8 + bytes.count)
        writer.write(bytes: bytes, count: lines.count)
    }

    /// Where a new owner belongs.
    func place(for owner: NodeID) -> Int { lines.partitioningIndex { $0.owner >= owner } }

    /// A line that is out of date; those behind it move on by one.
    mutating func insert(_ owner: NodeID, at place: Int) {
        lines.insert(DigestDetail.Owner(owner: owner, life: 0, version: 0, hash: .zero), at: place)
        bytes.insert(contentsOf: repeatElement(0, count: Self.size), at: place * Self.size)
        isStale.insert(true, at: place)
        staleCount += 1
    }

    /// Those behind it move up by one.
    mutating func remove(at place: Int) {
        lines.remove(at: place)
        bytes.removeSubrange(place * Self.size..<(place + 1) * Self.size)
        if isStale.remove(at: place) { staleCount -= 1 }
    }

    mutating func changed(at place: Int) {
        if !isStale[place] { staleCount += 1 }
        isStale[place] = true
    }

    /// Makes the lines anew that are out of date, each by what `line` says of its owner.
    mutating func refresh(_ line: (_ place: Int, _ owner: NodeID) -> DigestDetail.Owner) {
        guard staleCount > 0 else { return }
        for place in isStale.indices where isStale[place] {
            let line = line(place, lines[place].owner)
            var writer = WireWriter()
            writer.reserve(Self.size)
            line.encode(into: &writer)
            lines[place] = line
            bytes.replaceSubrange(place * Self.size..<(place + 1) * Self.size, with: writer.bytes)
            isStale[place] = false
        }
        staleCount = 0
    }
}
