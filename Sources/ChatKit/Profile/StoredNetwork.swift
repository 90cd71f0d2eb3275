internal import MeshCore

/// Which kind of network a profile belongs to, as its network file tells.
package enum StoredNetwork: Equatable, Sendable { case none, open, closed }

extension NetworkFile {
    /// - Throws: ``UserError`` 65 or 77.
    package func storedNetwork() throws(UserError) -> StoredNetwork {
        let entries: [[UInt8]]
        do {
            entries = try load()
        } catch let error as UserError {
            throw error
        } catch {
            throw UserError(.noPermission, "cannot read the network file: \(error)")
        }
        var network = StoredNetwork.none
        for entry in entries {
            // Entries of a later version are the node's business.
            switch try? StateEntry(decoding: entry) {
            case .genesis: network = .closed
            case .openNetwork: network = .open
            case .forgotten: network = .none
            default: break
            }
        }
        return network
    }
}
