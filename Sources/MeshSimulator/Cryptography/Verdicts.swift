import MeshCore
import Synchronization

/// What OpenSSL has said of signatures, for all nodes of one world.
///
/// Whether a signature is good follows from it, the key and the bytes alone, so that what one node has found out is
/// true for the other ninety-nine, which would spend nine tenths of a run on finding it out again. Each node still asks,
/// and counts, all of its own. What OpenSSL has signed itself it is asked to check one time in sixteen; whatever nobody
/// here has signed in just these bytes, it is asked the first time.
package final class Verdicts: Sendable {
    private struct Question: Hashable {
        let signature: Signature
        let key: NodeID
        let bytes: [UInt8]
        /// An array of bytes would be hashed byte by byte, for a twentieth of a run.
        private let mix: UInt64

        init(_ signature: Signature, of bytes: [UInt8], by key: NodeID) {
            (self.signature, self.key, self.bytes) = (signature, key, bytes)
            var mixer = ByteMixer(domain: key.bytes.leadingWord)
            mixer.absorb(signature.bytes)
            mixer.absorb(bytes)
            mix = mixer.value.leadingWord
        }

        func hash(into hasher: inout Hasher) { hasher.combine(mix) }
    }

    /// About 60 MB. Beyond, all of it is forgotten: what is asked again is asked soon.
    static let capacity = 100_000
    private static let checkedShare: UInt8 = 16

    private let known = Mutex<[Question: Bool]>([:])

    package init() {}

    /// What is known of this signature; else what `verify` says, and never asked again.
    func verdict(on signature: Signature, of bytes: [UInt8], by key: NodeID, else verify: () -> Bool) -> Bool {
        let question = Question(signature, of: bytes, by: key)
        if let verdict = known.withLock({ $0[question] }) { return verdict }
        let verdict = verify()
        remember(verdict, on: question)
        return verdict
    }

    /// OpenSSL has made this signature, so it is good; one in sixteen is left to be checked all the same.
    func noteSigned(_ signature: Signature, of bytes: [UInt8], by key: NodeID) {
        guard !signature.bytes[0].isMultiple(of: Self.checkedShare) else { return }
        remember(true, on: Question(signature, of: bytes, by: key))
    }

    private func remember(_ verdict: Bool, on question: Question) {
        known.withLock {
            if $0.count == Self.capacity { $0.removeAll() }
            $0[question] = verdict
        }
    }
}
