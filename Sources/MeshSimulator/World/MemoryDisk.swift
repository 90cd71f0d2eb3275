package import MeshCore

/// What a simulated node with durable messages keeps over its crashes: a ``DurableStore`` without a disk.
package struct MemoryDisk: Sendable {
    private var messages: [Int: StoredMessage] = [:]
    private var indexes: [ChainPlace: Int] = [:]
    private var ids: [Hash: Int] = [:]
    private var chains: [ChainPlace: StoredChain] = [:]
    private var ownChains: [NodeID?: StoredOwnChain] = [:]
    private var prekeys: [Bytes32: StoredPrekey] = [:]
    private var letters: [StoredLetter] = []
    private var memberSince: [NodeID: UInt64] = [:]
    private var nextIndex = 0

    package init() {}

    package var messageCount: Int { messages.count }
    package var prekeyCount: Int { prekeys.count }

    package mutating func append(_ entries: [StoreEntry]) { for entry in entries { append(entry) } }

    private mutating func append(_ entry: StoreEntry) {
        switch entry {
        case .message(let message):
            guard ids[message.id] == nil, messages[message.index] == nil else { return }
            (messages[message.index], ids[message.id]) = (message, message.index)
            indexes[message.place] = message.index
            nextIndex = max(nextIndex, message.index + 1)
        case .chain(let chain):
            chains[ChainPlace(author: chain.author, chain: chain.chain, to: chain.to, seq: 0)] = chain
        case .ownChain(let chain): ownChains[chain.to] = chain
        case .prekey(let prekey): prekeys[prekey.published.publicKey] = prekey
        case .erasePrekeys(let keys): for key in keys { prekeys[key] = nil }
        case .letter(let letter): if !letters.contains(where: { $0.id == letter.id }) { letters.append(letter) }
        case .removeLetters(let gone): letters.removeAll { gone.contains($0.id) }
        case .pruneMessages(let before): prune(before)
        case .forgetMessages(let wall):
            for message in messages.values where message.storedAt < wall { prune(message) }
        case .memberSince(let member, let wall): if memberSince[member] == nil { memberSince[member] = wall }
        case .clear: self = MemoryDisk()
        }
    }

    private mutating func prune(_ before: Int) {
        for (index, message) in messages where index < before { prune(message) }
    }

    private mutating func prune(_ message: StoredMessage) {
        (messages[message.index], ids[message.id], indexes[message.place]) = (nil, nil, nil)
    }

    package mutating func restore(at wall: UInt64, newest: Int) -> StoredState {
        prekeys = prekeys.filter { $0.value.eraseAt > wall }
        var state = StoredState()
        state.messages = messages.keys.sorted().suffix(newest).compactMap { messages[$0] }
        state.nextIndex = nextIndex
        state.chains = chains.keys.sorted().compactMap { chains[$0] }
        state.ownChains = ownChains.values.sorted { ($0.chain, $0.seq) < ($1.chain, $1.seq) }
        state.prekeys = prekeys.values.sorted { $0.published.publicKey < $1.published.publicKey }
        state.letters = letters
        state.memberSince = memberSince
        return state
    }

    package func find(_ query: StoreQuery) -> [StoredMessage] {
        switch query {
        case .places(let places): places.compactMap { indexes[$0].flatMap { messages[$0] } }
        case .ids(let wanted): wanted.compactMap { ids[$0].flatMap { messages[$0] } }
        }
    }
}
