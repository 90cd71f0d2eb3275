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

    private static let receivedNames = Message.names.map { "received.\($0)" }
    private static let sentNames = Message.names.map { "sent.\($0)" }

    subscript(name: String) -> UInt64 {
        if let index = Self.receivedNames.firstIndex(of: name) { return received[index] }
        if let index = Self.sentNames.firstIndex(of: name) { return sent[index] }
        return others[name] ?? 0
    }

    /// All that are not zero, sorted by name.
    var list: [NodeStatus.Counter] {
        var list = others.map { NodeStatus.Counter(name: $0.key, count: $0.value) }
        list += zip(Self.receivedNames, received).map { NodeStatus.Counter(name: $0, count: $1) }
        list += zip(Self.sentNames, sent).map { NodeStatus.Counter(name: $0, count: $1) }
        return list.filter { $0.count > 0 }.sorted { $0.name < $1.name }
    }
}
