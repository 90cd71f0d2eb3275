/// This node's own prekeys: made, published, retired and erased on schedule (protocol, 3.6; reliability, 4.4).
///
/// | class | made every | published until | erased |
/// |---|---|---|---|
/// | fast | 1 h | 24 h after | 1 h later |
/// | slow | 24 h | 7 d after | 24 h later |
///
/// So a message sealed to a fast prekey can be opened for 25 h, one sealed to a slow one for 8 days, and by nobody
/// afterwards: the private half is gone from memory.
package struct PrekeyRing: Sendable {
    package struct Schedule: Sendable, Equatable {
        /// All in ms.
        package var rotation: UInt64
        package var life: UInt64
        package var grace: UInt64

        package static let fast = Schedule(rotation: 3_600_000, life: 24 * 3_600_000, grace: 3_600_000)
        package static let slow = Schedule(rotation: 24 * 3_600_000, life: 7 * 86_400_000, grace: 86_400_000)

        static func of(_ rotation: PrekeysValue.Class) -> Schedule { rotation == .fast ? .fast : .slow }
    }

    /// Oldest first.
    package private(set) var prekeys: [StoredPrekey] = []

    package init() {}

    /// Those of an earlier run.
    package init(restored: [StoredPrekey]) {
        prekeys = restored.sorted { $0.published.notBefore < $1.published.notBefore }
    }

    /// Erases what is overdue and makes what is due.
    ///
    /// - Returns: The public keys that were erased, and whether the published record must change.
    package mutating func turn(
        at wall: UInt64, with cryptography: any Cryptography
    ) -> (erased: [Bytes32], isChanged: Bool) {
        let gone = prekeys.filter { $0.eraseAt <= wall || isFromTheFuture($0.published, at: wall) }
        let erased = gone.map(\.published.publicKey)
        prekeys.removeAll { erased.contains($0.published.publicKey) }
        var isChanged = false
        for rotation in [PrekeysValue.Class.fast, .slow] where isDue(rotation, at: wall) {
            make(rotation, at: wall, with: cryptography)
            isChanged = true
        }
        return (erased, isChanged || !erased.isEmpty)
    }

    /// When ``turn(at:with:)`` has something to do again, in ms since 1970.
    package var nextTurn: UInt64? {
        guard !prekeys.isEmpty else { return nil }
        let rotations: [UInt64] = [PrekeysValue.Class.fast, .slow].compactMap { rotation in
            self.newest(rotation).map { $0.published.notBefore + Schedule.of(rotation).rotation }
        }
        return (rotations + prekeys.map(\.eraseAt)).min()
    }

    /// The record's value: the newest of each class.
    package var published: PrekeysValue {
        let newest = [PrekeysValue.Class.fast, .slow].compactMap { self.newest($0)?.published }
        return PrekeysValue(prekeys: newest.sorted(by: PrekeysValue.areInOrder))
    }

    /// When the oldest was made, ms since 1970.
    var since: UInt64? { prekeys.map(\.published.notBefore).min() }

    /// The key to name in a request for re-sealed messages.
    package var current: Bytes32? { newest(.fast)?.published.publicKey }

    package func privateKey(of publicKey: Bytes32) -> (any Secret)? {
        prekeys.first { $0.published.publicKey == publicKey }?.privateKey
    }

    private func newest(_ rotation: PrekeysValue.Class) -> StoredPrekey? {
        prekeys.last { $0.published.rotation == rotation }
    }

    private func isDue(_ rotation: PrekeysValue.Class, at wall: UInt64) -> Bool {
        guard let newest = newest(rotation)?.published else { return true }
        return wall >= newest.notBefore + Schedule.of(rotation).rotation
    }

    /// After a clock that was set back: of no use to anybody, and due to be erased only when that future comes.
    private func isFromTheFuture(_ prekey: PrekeysValue.Prekey, at wall: UInt64) -> Bool {
        prekey.notBefore > wall.addingClamped(PrekeysValue.clockMargin)
    }

    private mutating func make(
        _ rotation: PrekeysValue.Class, at wall: UInt64, with cryptography: any Cryptography
    ) {
        let schedule = Schedule.of(rotation)
        let (publicKey, privateKey) = cryptography.makePrekey()
        let prekey = PrekeysValue.Prekey(
            rotation: rotation, publicKey: publicKey, notBefore: wall, notAfter: wall + schedule.life)
        prekeys.append(
            StoredPrekey(published: prekey, privateKey: privateKey, eraseAt: prekey.notAfter + schedule.grace))
    }
}

extension PrekeysValue {
    /// Clocks of two members may differ by this much, in ms.
    package static let clockMargin: UInt64 = 3_600_000

    /// The prekey a sender takes: the newest live fast one, else slow, else none: then the recipient is served by
    /// repair. Never an expired one.
    package func chosen(at wall: UInt64) -> Bytes32? {
        let live = prekeys.filter {
            $0.notAfter > wall.addingClamped(Self.clockMargin) && $0.notBefore <= wall.addingClamped(Self.clockMargin)
        }
        let best = live.max { left, right in
            left.rotation == right.rotation ? left.notBefore < right.notBefore : left.rotation > right.rotation
        }
        return best?.publicKey
    }
}

extension UInt64 {
    /// A sum that stops at the largest number.
    package func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
