internal import Mesh
internal import MeshCore

extension OwnMessage {
    /// Why there is nothing to tell of.
    static let missing = "there is no such message of this node in memory"
}

extension MeshNode {
    /// Nil when there is no such message of this node in memory.
    func delivery(of message: OwnMessage) async throws -> Delivery? {
        switch message {
        case .id(let id): return try await delivery(of: id)
        case .newest(let number):
            let own = try await chatHistory(newest: .max).filter(\.isOwn).sorted { $0.index > $1.index }
            guard own.indices.contains(number - 1) else { return nil }
            return try await delivery(of: own[number - 1].id)
        }
    }
}
