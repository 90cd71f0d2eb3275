package import MeshCore

/// A chat message, which is its id and nothing else, and how it fared.
package struct OverlayMessage {
    package let id: Hash
    package let author: Int
    package let sentAt: Int
    /// Nodes alive when it was sent; and, over the links that were open then, how many links away the farthest was.
    package let audience: Int
    package let floor: Int
    /// By node: how often it was delivered, and when and after how many links first.
    package internal(set) var deliveries: [UInt8]
    package internal(set) var arrivals: [Int32]
    package internal(set) var hops: [UInt16]
    /// By node: came along a tree, so that it can be passed on as it is; what repair brings cannot.
    var isWhole: [Bool]
    package internal(set) var payloads = 0
    package internal(set) var duplicates = 0
    package internal(set) var grafted = 0
    package internal(set) var repaired = 0

    /// Its number goes into its id, so that nobody has to look it up.
    init(number: Int, author: Int, sentAt: Int, audience: Int, floor: Int, nodes: Int, seed: UInt64) {
        var mixer = ByteMixer(domain: seed)
        mixer.absorb(UInt64(number))
        let words = mixer.value.words
        id = Hash(Bytes32(words: words.0, words.1, words.2, UInt64(number)))
        (self.author, self.sentAt, self.audience, self.floor) = (author, sentAt, audience, floor)
        deliveries = Array(repeating: 0, count: nodes)
        arrivals = Array(repeating: -1, count: nodes)
        hops = Array(repeating: 0, count: nodes)
        isWhole = Array(repeating: false, count: nodes)
    }

    static func number(of id: Hash) -> Int { Int(truncatingIfNeeded: id.bytes.words.3) }

    package func isWith(_ node: Int) -> Bool { arrivals[node] >= 0 }

    mutating func deliver(to node: Int, hops count: UInt16, isWhole whole: Bool, at time: Int) {
        deliveries[node] += 1
        guard arrivals[node] < 0 else { return }
        isWhole[node] = whole
        (arrivals[node], hops[node]) = (Int32(truncatingIfNeeded: time), count)
    }
}
