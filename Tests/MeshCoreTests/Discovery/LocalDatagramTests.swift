import MeshCore
import MeshCrypto
import Testing

@Suite struct LocalDatagramTests {
    private static let cryptography = WireValues.alice
    private static let key = WireValues.network.rawBytes

    private static func datagram(
        _ kind: LocalDatagram.Kind = .memberRequest, port: UInt16 = 9_000, key: [UInt8] = key
    ) -> LocalDatagram {
        LocalDatagram(kind: kind, port: port, nonce: WireValues.run(1, 16), key: key, with: cryptography)
    }

    @Test(arguments: [LocalDatagram.Kind.memberRequest, .memberReply, .seek, .seekReply])
    func everyKindHas64BytesAndComesBackAsItWas(kind: LocalDatagram.Kind) {
        let datagram = Self.datagram(kind)
        #expect(datagram.bytes.count == 64)
        #expect(LocalDatagram(datagram.bytes) == datagram)
        #expect(datagram.matches(key: Self.key, with: Self.cryptography))
        #expect(!datagram.matches(key: WireValues.hash(5).rawBytes, with: Self.cryptography))
    }

    /// Each byte is fixed or under the tag.
    @Test func everyChangedByteIsRefusedOrBreaksTheTag() {
        let bytes = Self.datagram().bytes
        for index in bytes.indices {
            for flip: UInt8 in [1, 0x80, 0xFF] {
                var changed = bytes
                changed[index] ^= flip
                let isGood =
                    LocalDatagram(changed).map { $0.matches(key: Self.key, with: Self.cryptography) } ?? false
                #expect(!isGood, "byte \(index)")
            }
        }
        for count in [0, 1, 63, 65, 1_500] { #expect(LocalDatagram(Array(repeating: 0, count: count)) == nil) }
        #expect(LocalDatagram(Self.datagram(port: 0).bytes) == nil)
    }

    // MARK: At a node

    private static let source = Endpoint(host: "10.1.0.77", port: 4_000)

    private static func founder() -> LoneNode { LoneNode.founder { $0.discovers = true } }

    private static func feed(_ datagram: LocalDatagram, _ node: LoneNode) -> [LocalDatagram] {
        let before = node.datagrams.count
        node.feed(.datagram(datagram.bytes, from: source))
        return node.datagrams.dropFirst(before).compactMap(LocalDatagram.init)
    }

    @Test func aMemberIsAnsweredAndAnotherNetworkIsNot() {
        let node = Self.founder()
        let answers = Self.feed(Self.datagram(key: node.network.rawBytes), node)
        #expect(answers.map(\.kind) == [.memberReply])
        #expect(answers.first?.matches(key: node.network.rawBytes, with: Self.cryptography) == true)
        #expect(Self.feed(Self.datagram(key: Self.key), node).isEmpty)
        #expect(Self.feed(Self.datagram(.seek, key: WireValues.carol.publicKey.rawBytes), node).isEmpty)
    }

    @Test func aSeekerWithAnOpenInvitationIsAnsweredUntilItWasLinked() {
        let node = Self.founder()
        let bob = HostilePeer.member(10, of: node)
        let seek = Self.datagram(.seek, key: bob.id.rawBytes)
        #expect(Self.feed(seek, node).map(\.kind) == [.seekReply])
        bob.join()
        node.run(for: .seconds(3))
        #expect(Self.feed(seek, node).isEmpty)
    }

    @Test func answersAreTenASecondAtMost() {
        let node = Self.founder()
        let request = Self.datagram(key: node.network.rawBytes)
        let answers = (0..<200).reduce(0) { count, _ in count + Self.feed(request, node).count }
        #expect(answers <= 10)
    }

    @Test func aReplyNobodyAskedForIsNotDialled() {
        let node = Self.founder()
        let dials = node.dials.count
        _ = Self.feed(Self.datagram(.memberReply, key: node.network.rawBytes), node)
        _ = Self.feed(Self.datagram(.seekReply, key: node.id.rawBytes), node)
        #expect(node.dials.count == dials)
    }

    @Test func rubbishIsCountedAndSilent() {
        let node = Self.founder()
        let before = (node.datagrams.count, node.counter("malformed.datagram"))
        for bytes: [UInt8] in [[], [1, 2, 3], Array(repeating: 0xFF, count: 64), Array(repeating: 0, count: 1_400)] {
            node.feed(.datagram(bytes, from: Self.source))
        }
        #expect(node.datagrams.count == before.0)
        #expect(node.counter("malformed.datagram") == before.1 + 4)
    }
}
