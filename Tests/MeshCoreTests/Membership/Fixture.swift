import MeshCore

/// Operations for tests of the rule: no signatures, keys named by letters, ids made from the content.
enum Fixture {
    static let network = hash("network")

    /// The key called `name`.
    static func key(_ name: Character) -> NodeID { keys[name]! }
    private static let keys = Dictionary(uniqueKeysWithValues: letters.map { ($0, NodeID(value("key \($0)"))) })
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    static func hash(_ text: String) -> Hash { Hash(value(text)) }

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
        let text = "\(kind) \(signer) \(prev.hex) \(subject) \(frontier.map(\.hex)) \(chains)"
        let signature = Signature(Array(repeating: 0, count: Signature.count))!
        let signed = Signed(body: Array(text.utf8), signature: signature)
        return VerifiedOperation(
            id: hash(text), kind: kind, signer: key(signer), prev: prev, subject: key(subject),
            frontier: frontier.sorted(), chains: chains, operation: kind == .invite ? .invite(signed) : .revoke(signed))
    }

    /// 32 bytes that depend on the text: four rounds of FNV-1a with different starts.
    private static func value(_ text: String) -> Bytes32 {
        var bytes: [UInt8] = []
        for start in 0..<4 {
            var state: UInt64 = 0xCBF2_9CE4_8422_2325 &+ UInt64(start) &* 0x9E37_79B9_7F4A_7C15
            for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: state >> UInt64(shift)))
            }
        }
        return Bytes32(bytes)!
    }
}
