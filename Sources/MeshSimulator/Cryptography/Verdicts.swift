import MeshCore
import Synchronization

/// What OpenSSL has said of signatures, for all nodes of one world.
///
/// Whether a signature is good follows from it, the key and the bytes alone, so that what one node has found out is
/// true for the other ninety-nine, which would spend nine tenths of a run on finding it out again. Each question is put to
/// OpenSSL once; each node still asks, and counts, all of its own.
package final class Verdicts: Sendable {
    private struct Question: Hashable {
        let signature: Signature
        let key: NodeID
        /// SHA-256.
        let body: Hash
    }

    /// About 30 MB. Beyond, all of it is forgotten: what is asked again is asked soon.
    static let capacity = 100_000

    private let known = Mutex<[Question: Bool]>([:])

    package init() {}

    /// What is known of this signature; else what `verify` says, and never asked again.
    func verdict(on signature: Signature, of body: Hash, by key: NodeID, else verify: () -> Bool) -> Bool {
        let question = Question(signature: signature, key: key, body: body)
        if let verdict = known.withLock({ $0[question] }) { return verdict }
        let verdict = verify()
        known.withLock {
            if $0.count == Self.capacity { $0.removeAll() }
            $0[question] = verdict
        }
        return verdict
    }
}
