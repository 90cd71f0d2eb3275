package import MeshCore

/// Every chat message that the world had its nodes send, and who got it when, how often and over how many links.
package struct MessageLedger: Sendable {
    package struct Entry: Sendable {
        package let id: Hash
        package let author: Int
        /// The one it was for; nil for the group.
        package let target: Int?
        /// ns since the world began.
        package let sentAt: Int64
        /// Whom its author knew to be revoked.
        package let revoked: Set<Int>
        /// By node: how often it was delivered in that node's present life.
        package fileprivate(set) var copies: [UInt16]
        /// By node: when it came first, in ns; -1 for never. Survives a restart of the node.
        package fileprivate(set) var firstAt: [Int64]
        /// By node: links crossed by the copy that came first; nil if repair brought it.
        package fileprivate(set) var hops: [UInt16?]
    }

    package private(set) var messages: [Entry] = []
    package private(set) var refusals = 0
    private var numbers: [Hash: Int] = [:]
    private var nodeCount = 0

    package init() {}

    func number(of id: Hash) -> Int? { numbers[id] }

    mutating func grow(to count: Int) {
        nodeCount = count
        for index in messages.indices {
            let missing = count - messages[index].copies.count
            messages[index].copies += Array(repeating: 0, count: missing)
            messages[index].firstAt += Array(repeating: -1, count: missing)
            messages[index].hops += Array(repeating: nil, count: missing)
        }
    }

    mutating func sent(_ id: Hash, by author: Int, to target: Int?, at time: Int64, revoked: Set<Int>) {
        numbers[id] = messages.count
        messages.append(
            Entry(
                id: id, author: author, target: target, sentAt: time, revoked: revoked,
                copies: Array(repeating: 0, count: nodeCount), firstAt: Array(repeating: -1, count: nodeCount),
                hops: Array(repeating: nil, count: nodeCount)))
    }

    mutating func refused() { refusals += 1 }

    /// Returns how often the node has it now.
    mutating func received(_ number: Int, by node: Int, at time: Int64, hops: UInt16?) -> Int {
        messages[number].copies[node] &+= 1
        if messages[number].firstAt[node] < 0 {
            messages[number].firstAt[node] = time
            messages[number].hops[node] = hops
        }
        return Int(messages[number].copies[node])
    }

    /// A node starts anew with this history on its disk. What was stored in the moment of the crash is seen only now.
    ///
    /// - Returns: Messages that the node has told of and that are not there any more.
    mutating func restored(_ history: Set<Hash>, by node: Int, at time: Int64) -> [Int] {
        messages.indices.filter { index in
            let isThere = history.contains(messages[index].id)
            if messages[index].copies[node] > 0 { return !isThere }
            if isThere { _ = received(index, by: node, at: time, hops: nil) }
            return false
        }
    }

    /// A node starts anew and has nothing in memory: whatever it is given now is its first copy.
    mutating func forget(_ node: Int) {
        for index in messages.indices where messages[index].copies[node] > 0 { messages[index].copies[node] = 0 }
    }
}
