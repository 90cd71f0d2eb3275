import MeshCore

/// Everything that happened, in one number: FNV-1a over 64-bit words instead of bytes.
package struct TraceHash: Sendable {
    package private(set) var value: UInt64 = 14_695_981_039_346_656_037

    package init() {}

    package mutating func add(_ word: UInt64) { value = (value ^ word) &* 1_099_511_628_211 ^ (value >> 29) }
    mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
    mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }
    mutating func add(_ text: String) { for byte in text.utf8 { add(UInt64(byte)) } }
}

/// The last lines of what happened, for people who must understand a failing seed.
package struct Trace: Sendable {
    package struct Line: Sendable {
        let at: Int64
        let node: Int
        let what: String
        let detail: String
    }

    /// Lines kept; a run of ten nodes writes some 100 a simulated second.
    package var capacity: Int
    private var lines: [Line] = []
    private var next = 0

    package init(capacity: Int = 0) { self.capacity = capacity }

    package var isOn: Bool { capacity > 0 }

    mutating func add(_ line: Line) {
        if lines.count < capacity {
            lines.append(line)
        } else {
            lines[next] = line
            next = (next + 1) % capacity
        }
    }

    /// Stands for a node in lines about the network as a whole.
    package static let network = -1

    /// Oldest first, in columns: time in s, node, what, detail. `end` in ns; `unwanted` are kinds of messages.
    package func columns(
        ofNodes wanted: Set<Int>? = nil, until end: Int64 = .max, without unwanted: Set<String> = [],
        last count: Int = .max
    ) -> [String] {
        let ordered = lines[next...] + lines[..<next]
        let chosen = ordered.filter { line in
            line.at <= end && wanted?.contains(line.node) ?? true
                && !unwanted.contains { line.what == "< \($0)" || line.what == "> \($0)" }
        }
        return chosen.suffix(count).map { line in
            let node = line.node == Self.network ? "network" : "node\(line.node)"
            return Text.right(Text.seconds(line.at), 9) + "  " + Text.left(node, 8) + " " + Text.left(line.what, 18)
                + " " + line.detail
        }
    }
}

/// Columns without Foundation.
enum Text {
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
    /// ns as seconds with three decimals.
    static func seconds(_ time: Int64) -> String {
        let milliseconds = time / 1_000_000
        return "\(milliseconds / 1_000).\(padded(milliseconds % 1_000, to: 3))"
    }
    static func padded(_ number: Int64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Message {
    /// A few words of what the message says: what tells two runs apart, without encoding it.
    var fingerprint: UInt64 {
        var hash = TraceHash()
        hash.add(UInt64(kind))
        switch self {
        case .heartbeat(let beat):
            hash.add(beat.sent)
            hash.add(beat.echo)
        case .digest(let digest):
            hash.add(digest.root.bytes.leadingWord)
            hash.add(digest.detail?.owners.count ?? -1)
        case .delta(let delta):
            hash.add(delta.records.count)
            for record in delta.records { hash.add(record.signature.fingerprint) }
        case .gossip(let gossip):
            hash.add(Int(gossip.hops))
            switch gossip.item {
            case .chat(let envelope): hash.add(envelope.message.signature.fingerprint)
            case .raw(let signed): hash.add(signed.signature.fingerprint)
            }
        case .ihave(let message): for entry in message.entries { hash.add(entry.id.bytes.leadingWord) }
        case .routed(let routed): hash.add(routed.item.signed.signature.fingerprint)
        case .operations(let chunk): for one in chunk.operations { hash.add(one.signed.signature.fingerprint) }
        case .vector(let vector): hash.add(vector.root.bytes.leadingWord)
        default: for byte in encoded() { hash.add(UInt64(byte)) }
        }
        return hash.value
    }
}

extension Signature {
    /// The first eight bytes.
    fileprivate var fingerprint: UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}
