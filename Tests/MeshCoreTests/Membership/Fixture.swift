import MeshCore

/// Operations for tests of the rule: no signatures, keys named by letters, ids made from the content.
enum Fixture {
    static let network = hash("network")
    /// Operations that no node holds.
    static let gap = hash("gap"), bogus = hash("bogus")

    /// The key called `name`.
    static func key(_ name: Character) -> NodeID { keys[name]! }
    private static let keys = Dictionary(
        uniqueKeysWithValues: letters.map { ($0, NodeID(value(Array("key \($0)".utf8)))) })
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    static func hash(_ text: String) -> Hash { Hash(value(Array(text.utf8))) }

    static func invite(_ signer: Character, _ subject: Character, after prev: Hash = .zero) -> VerifiedOperation {
        operation(.invite, signer, prev, subject, [], [])
    }

    static func revoke(
        _ signer: Character, _ subject: Character, honouring frontier: [Hash] = [], after prev: Hash = .zero,
        chains: [ChainPosition] = []
    ) -> VerifiedOperation {
        operation(.revoke, signer, prev, subject, frontier, chains)
    }

    /// A closed network founded by `founder`, with these operations.
    static func set(
        founder: Character = "A", roster: String = "", _ operations: [VerifiedOperation] = []
    ) -> MembershipSet {
        let genesis = Genesis(
            signer: key(founder), name: "test", at: 0, nonce: .zero, previous: nil, roster: roster.map(key).sorted())
        var set = MembershipSet(origin: .genesis(genesis), network: network)
        for operation in operations { set.insert(operation) }
        return set
    }

    /// The letters among A to Z whose keys are in `keys`, in order.
    static func letters(_ keys: some Sequence<NodeID>) -> String {
        let keys = Set(keys)
        return String(letters.filter { keys.contains(key($0)) })
    }

    private static func operation(
        _ kind: VerifiedOperation.Kind, _ signer: Character, _ prev: Hash, _ subject: Character, _ frontier: [Hash],
        _ chains: [ChainPosition]
    ) -> VerifiedOperation {
        var bytes = [kind == .invite ? 0 : 1, signer.asciiValue!, subject.asciiValue!] + prev.rawBytes
        for id in frontier { bytes += id.rawBytes }
        for position in chains { bytes += position.encoded() }
        let signature = Signature(Array(repeating: 0, count: Signature.count))!
        let signed = Signed(body: bytes, signature: signature)
        return VerifiedOperation(
            id: Hash(value(bytes)), kind: kind, signer: key(signer), prev: prev, subject: key(subject),
            frontier: frontier.sorted(), chains: chains, operation: kind == .invite ? .invite(signed) : .revoke(signed))
    }

    /// 32 bytes that depend on the given ones: FNV-1a, spread by SplitMix64. No collisions among a test's few values.
    private static func value(_ bytes: [UInt8]) -> Bytes32 {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        var spread = SeededGenerator(seed: state)
        var result: [UInt8] = []
        while result.count < Bytes32.count { result.append(UInt8(truncatingIfNeeded: spread.next())) }
        return Bytes32(result)!
    }
}
