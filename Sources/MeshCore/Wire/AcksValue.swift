extension RecordKey {
    /// How many records a member's acknowledgements are spread over, so that one message changes a small one.
    package static let acksShards = 16

    /// The record that speaks of this author: `acks/0` to `acks/f`, by the first hex digit of the key.
    package static func acks(of author: NodeID) -> String { acks(shard: acksShard(of: author)) }

    package static func acks(shard: Int) -> String { acksKeys[shard] }

    private static let acksKeys = (0..<acksShards).map { "acks/" + String($0, radix: 16) }

    package static func acksShard(of author: NodeID) -> Int { author.rawBytes.first.map { Int($0 >> 4) } ?? 0 }

    /// Nil for every other key.
    package static func acksShard(ofKey key: String) -> Int? {
        key.utf8.count == 6 ? acksKeys.firstIndex(of: key) : nil
    }
}

/// How far a member holds what others have written to the group: one shard of its acknowledgements (protocol, 3.3).
package struct AcksValue: Sendable, Equatable, WireValue {
    package struct Entry: Sendable, Hashable, WireValue {
        package var author: NodeID
        package var chain: ChainID
        /// This message of the chain and all before it are held.
        package var seq: UInt64

        /// Bytes of one on the wire.
        package static let size = Bytes32.count + 16 + 8

        package init(author: NodeID, chain: ChainID, seq: UInt64) {
            (self.author, self.chain, self.seq) = (author, chain, seq)
        }

        package init(from reader: inout WireReader) throws(WireError) {
            self.init(
                author: try reader.readKey(), chain: try ChainID(from: &reader),
                seq: try reader.readSequence("acknowledged seq"))
        }

        package func encode(into writer: inout WireWriter) {
            writer.write(author)
            writer.write(chain)
            writer.write(seq)
        }
    }

    /// Sorted by author, then chain.
    package var entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }

    package init(from reader: inout WireReader) throws(WireError) {
        entries = try reader.readSorted(limit: WireLimits.acks, itemSize: Entry.size, in: "acks") {
            ChatHistory.ChainKey(author: $0.author, chain: $0.chain)
        }
    }

    package func encode(into writer: inout WireWriter) { writer.write(list: entries) }
}
