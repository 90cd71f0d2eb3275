import MeshCore

// What durable nodes keep: in memory, or in a store that was brought along.
extension World {
    func keep(_ entries: [StoreEntry], as id: PersistID, at node: SimulatedNode) {
        do {
            if let store = node.durableStore { try store.append(entries) } else { node.disk.append(entries) }
        } catch {
            return deliver(.persistFailed(id, "\(error)"), to: node)
        }
        deliver(.persisted(id), to: node)
    }

    func find(_ query: StoreQuery, at node: SimulatedNode) -> [StoredMessage] {
        guard let store = node.durableStore else { return node.disk.find(query) }
        return (try? store.find(query)) ?? []
    }

    func restored(_ node: SimulatedNode, at wall: UInt64) -> StoredState {
        let newest = node.configuration.limits.history
        guard let store = node.durableStore else { return node.disk.restore(at: wall, newest: newest) }
        do { return try store.restore(at: wall, newest: newest) } catch {
            violate("a store can be read", "\(error)", at: node)
            return StoredState()
        }
    }
}
