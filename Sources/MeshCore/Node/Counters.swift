/// Named counts of what was received, sent and refused.
///
/// Messages are counted by their kind: to make a name such as "sent.heartbeat" for each of them took half a
/// microsecond, a tenth of all that a quiet node does.
struct Counters: Sendable {
    private var received = [UInt64](repeating: 0, count: Message.names.count)
    private var sent = [UInt64](repeating: 0, count: Message.names.count)
    private var others: [String: UInt64] = [:]

    mutating func countReceived(_ message: Message) { received[message.nameIndex] &+= 1 }
    mutating func countSent(_ message: Message) { sent[message.nameIndex] &+= 1 }
    mutating func count(_ name: String, _ amount: UInt64) { others[name, default: 0] &+= amount }

    subscript(name: String) -> UInt64 {
        if let count = others[name] { return count }
        for (index, word) in Message.names.enumerated() {
            if name == "received.\(word)" { return received[index] }
            if name == "sent.\(word)" { return sent[index] }
        }
        return 0
    }

    /// All that are not zero, sorted by name.
    var list: [NodeStatus.Counter] {
        var list = others.map { NodeStatus.Counter(name: $0.key, count: $0.value) }
        for (index, name) in Message.names.enumerated() {
            list.append(NodeStatus.Counter(name: "received.\(name)", count: received[index]))
            list.append(NodeStatus.Counter(name: "sent.\(name)", count: sent[index]))
        }
        return list.filter { $0.count > 0 }.sorted { $0.name < $1.name }
    }
}
