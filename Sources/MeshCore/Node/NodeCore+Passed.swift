// Which own messages nobody else has yet: what is said of them must be true after a restart too.
extension NodeCore {
    mutating func queued(_ message: ChatMessage) {
        // Nil as a value, not for a missing one.
        unpassed[message.id] = .some(message.isDirect ? nil : message.seq)
    }

    /// A peer has it, or it is gone.
    mutating func handedOver(_ message: Hash) { unpassed[message] = nil }

    /// Remembers how far peers have the chain to the group. Once a second, not for each message: whoever is killed in
    /// between shows a few as queued until a peer has said what it has.
    mutating func rememberPassed() {
        guard isMember else { return }
        let waiting = unpassed.keys.compactMap { unpassed[$0] ?? nil }
        let composed = unpublished.compactMap { chat.history.item($0)?.header }.filter { $0.to == nil }.map(\.seq)
        chat.passed(ofThisRunBefore: min(waiting.min() ?? .max, composed.min() ?? .max))
    }

    func isQueued(_ header: ChatHeader, _ message: Hash) -> Bool {
        unpassed[message] != nil || unpublished.contains(message) || chat.isLeftOver(header)
    }
}
