package import MeshCore

/// What one author writes is a sequence: no place of it holds two messages. That no message is told twice to one
/// node, and none that nobody sent, the ledger of the world sees itself.
package final class OnePlaceChecker: Checker, EventObserver {
    package static let rule = "each place in an author's sequence holds one message"

    private struct Place: Hashable {
        let author: Int
        let life: Int
        let to: NodeID?
        let seq: UInt64
    }
    private var places: [Place: Hash] = [:]
    private var known: Set<Hash> = []

    package func emitted(_ event: MeshEvent, by node: SimulatedNode, in world: World) {
        guard case .chatMessageReceived(let message) = event, message.isOwn, known.insert(message.id).inserted
        else { return }
        let place = Place(author: node.index, life: node.life, to: message.to, seq: message.seq)
        if let other = places.updateValue(message.id, forKey: place) {
            violate("\(message.id) and \(other) are both number \(message.seq)", at: node, in: world)
        }
    }
}
