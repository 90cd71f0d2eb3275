import MeshCore
import MeshSimulator
import Testing

/// It is not secure, but it must mean what it says.
@Suite struct FastCryptographyTests {
    private let alice = FastCryptography(index: 1, seed: 7)
    private let bob = FastCryptography(index: 2, seed: 7)

    /// Every single bit changed, in turn.
    private func changes(of bytes: [UInt8]) -> [[UInt8]] {
        bytes.indices.flatMap { index in
            (0..<8).map { bit in
                var changed = bytes
                changed[index] ^= 1 << bit
                return changed
            }
        }
    }

    private func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) } }

    // MARK: Signatures

    @Test func aSignatureHoldsForItsBytesAndItsKeyOnly() throws {
        let bytes = text(77)
        let signature = alice.sign(bytes)
        #expect(bob.verify(signature, of: bytes, by: alice.publicKey))
        #expect(!bob.verify(signature, of: bytes, by: bob.publicKey))
        #expect(!bob.verify(signature, of: bytes + [0], by: alice.publicKey))
        #expect(!bob.verify(signature, of: Array(bytes.dropLast()), by: alice.publicKey))
        for changed in changes(of: bytes) { #expect(!bob.verify(signature, of: changed, by: alice.publicKey)) }
        for changed in changes(of: signature.bytes) {
            let forged = try #require(Signature(changed))
            #expect(!bob.verify(forged, of: bytes, by: alice.publicKey))
        }
    }

    @Test func weakKeysAreRefused() throws {
        let zero = [UInt8](repeating: 0, count: 32)
        for weak in [zero, [1] + zero.dropFirst(), [UInt8](repeating: 0xFF, count: 32)] {
            let bytes = try #require(Bytes32(weak))
            #expect(!alice.isAcceptable(NodeID(bytes)))
            #expect(!alice.isAcceptable(prekey: bytes))
            #expect(alice.setupSender(to: bytes, info: []) == nil)
            let (prekey, privateKey) = alice.makePrekey()
            #expect(alice.setupReceiver(bytes, prekey: prekey, privateKey: privateKey, info: []) == nil)
        }
        #expect(alice.isAcceptable(bob.publicKey))
        #expect(alice.isAcceptable(prekey: alice.makePrekey().publicKey))
    }

    // MARK: Hashes

    @Test(arguments: [0, 1, 7, 8, 9, 31, 32, 33, 64, 100])
    func eachBitOfTheInputChangesHalfOfTheHash(count: Int) {
        let hash = alice.hash(text(count)).rawBytes
        let distances = changes(of: text(count)).map { changed in
            zip(hash, alice.hash(changed).rawBytes).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
        }
        // 128 of 256 expected, deviation 8.
        #expect(distances.allSatisfy { (70...186).contains($0) })
        if count > 0 { #expect(abs(distances.reduce(0, +) / distances.count - 128) < 6) }
    }

    @Test func everyBitOfTheHashIsSetHalfOfTheTime() {
        var ones = Array(repeating: 0, count: 256)
        let count = 4_000
        for number in 0..<count {
            let hash = alice.hash([UInt8(number & 255), UInt8(number >> 8)]).rawBytes
            for bit in ones.indices where hash[bit / 8] >> (bit % 8) & 1 == 1 { ones[bit] += 1 }
        }
        // Deviation 32.
        #expect(ones.allSatisfy { abs($0 - count / 2) < 180 })
    }

    @Test func equalBytesOfAnotherLengthHaveAnotherHash() {
        let hashes = (0..<300).map { alice.hash([UInt8](repeating: 0, count: $0)) }
        #expect(Set(hashes).count == hashes.count)
        #expect(alice.authenticationCode(key: [1], [2, 3]) != alice.authenticationCode(key: [1, 2], [3]))
        #expect(alice.authenticationCode(key: [1], [2]) == bob.authenticationCode(key: [1], [2]))
        #expect(alice.authenticationCode(key: [1], [2]) != alice.authenticationCode(key: [2], [2]))
    }

    // MARK: Secrets

    @Test(arguments: [0, 1, 15, 256, 1_000])
    func whatIsSealedOpensUnderItsKeyOnly(count: Int) {
        let (key, bytes) = (alice.makeMessageKey(), text(count))
        let sealed = alice.seal(bytes, with: key, authenticating: [1, 2])
        #expect(sealed.count == count + 16)
        if count > 8 { #expect(Array(sealed.prefix(count)) != bytes) }
        #expect(bob.open(sealed, with: key, authenticating: [1, 2]) == bytes)
        #expect(bob.open(sealed, with: key, authenticating: [1, 3]) == nil)
        #expect(bob.open(sealed, with: alice.makeMessageKey(), authenticating: [1, 2]) == nil)
        #expect(bob.open(Array(sealed.dropLast()), with: key, authenticating: [1, 2]) == nil)
        #expect(bob.open([], with: key, authenticating: []) == nil)
        let opened = changes(of: sealed).count { bob.open($0, with: key, authenticating: [1, 2]) != nil }
        #expect(opened == 0)
    }

    @Test func aKeyWrappedForBobOpensForNobodyElse() throws {
        let (mine, other) = (bob.makePrekey(), bob.makePrekey())
        let sender = try #require(alice.setupSender(to: mine.publicKey, info: [5]))
        let key = alice.makeMessageKey()
        let wrapped = alice.wrap(key, with: alice.export(from: sender.exporter, context: [9]))
        #expect(wrapped.count == 48)

        func unwrapped(
            _ own: (publicKey: Bytes32, privateKey: any Secret), info: [UInt8], context: [UInt8]
        ) -> (any Secret)? {
            bob.setupReceiver(sender.encapsulated, prekey: own.publicKey, privateKey: own.privateKey, info: info)
                .flatMap { bob.unwrap(wrapped, with: bob.export(from: $0, context: context)) }
        }
        let received = try #require(unwrapped(mine, info: [5], context: [9]))
        let sealed = alice.seal([1, 2, 3], with: key, authenticating: [])
        #expect(bob.open(sealed, with: received, authenticating: []) == [1, 2, 3])
        #expect(unwrapped(other, info: [5], context: [9]) == nil)
        #expect(unwrapped(mine, info: [6], context: [9]) == nil)
        #expect(unwrapped(mine, info: [5], context: [8]) == nil)
    }

    @Test func contentKeysAgreeAndCommit() {
        let key = alice.makeMessageKey()
        let (first, again) = (alice.contentKey(from: key, info: [1]), bob.contentKey(from: key, info: [1]))
        #expect(first.commitment == again.commitment)
        let sealed = alice.seal([4], with: first.key, authenticating: [])
        #expect(bob.open(sealed, with: again.key, authenticating: []) == [4])
        #expect(alice.contentKey(from: key, info: [2]).commitment != first.commitment)
        #expect(alice.contentKey(from: alice.makeMessageKey(), info: [1]).commitment != first.commitment)
    }

    // MARK: As the core uses it

    @Test func anEnvelopeOpensForItsRecipientOnlyAndNotWithAChangedByte() throws {
        let network = Hash.zero
        let carol = FastCryptography(index: 3, seed: 7)
        var (bobsRing, carolsRing) = (PrekeyRing(), PrekeyRing())
        _ = bobsRing.turn(at: 1_000_000, with: bob)
        _ = carolsRing.turn(at: 1_000_000, with: carol)
        let prekey = try #require(bobsRing.published.chosen(at: 1_000_000))

        let chain = try #require(ChainID(alice.randomBytes(16)))
        var sealer = EnvelopeSealer(network: network, cryptography: alice)
        let header = ChatHeader(
            sender: alice.publicKey, chain: chain, seq: 0, prev: .zero, lamport: 1, to: nil, audience: .zero)
        let content = ChatContent(kind: .text, at: 0, body: Array("hi".utf8))
        let sealed = sealer.seal(
            content, header: header, to: [.init(id: bob.publicKey, prekey: prekey)],
            audience: [alice.publicKey, bob.publicKey], now: Instant(uptime: 0, wall: 1_000_000))
        let message = try #require(sealed)

        func read(_ envelope: Envelope, as reader: FastCryptography, _ ring: PrekeyRing) -> [UInt8]? {
            var opener = EnvelopeOpener(network: network, cryptography: reader, limits: Limits())
            guard case .success(let verified) = opener.verify(envelope),
                let key = opener.messageKey(of: verified, wraps: envelope.wraps, ring: ring)
            else { return nil }
            return opener.open(verified, with: key)?.body
        }
        #expect(read(message.envelope, as: bob, bobsRing) == Array("hi".utf8))
        #expect(read(message.envelope, as: carol, carolsRing) == nil)
        let bytes = message.envelope.encoded()
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1 << UInt8(index % 8)
            guard let envelope = try? Envelope(decoding: changed) else { continue }
            #expect(read(envelope, as: bob, bobsRing) == nil, "byte \(index)")
        }
    }

    // MARK: Determinism

    @Test func equalArgumentsGiveEqualNodes() {
        func transcript(_ index: Int, _ seed: UInt64) -> [[UInt8]] {
            let node = FastCryptography(index: index, seed: seed)
            return [
                node.publicKey.rawBytes, node.randomBytes(13), node.sign([1]).bytes, node.makePrekey().publicKey.array,
            ]
        }
        #expect(transcript(3, 1) == transcript(3, 1))
        for other in [transcript(4, 1), transcript(3, 2)] {
            #expect(zip(transcript(3, 1), other).allSatisfy { $0 != $1 })
        }
        #expect(alice.randomBytes(13) != alice.randomBytes(13))
        #expect(alice.randomBytes(0).isEmpty)
    }

    /// A trace of today must be the trace of any other process, build and day.
    @Test func theValuesAreTheSameEverywhere() {
        let node = FastCryptography(index: 5, seed: 42)
        #expect(node.publicKey.hex == "94db0051ba0cc33ade6362d95a5bf139700cd6dcd8ac607ebd50078980eedf10")
        #expect(node.hash(text(100)).hex == "225f85d607ce21baee3774e026058da0b430d0e613109ba7e8c16175fa398f12")
        let fresh = node.randomBytes(9) + node.makePrekey().publicKey.array
        let sum = node.hash(node.sign(text(3)).bytes + fresh)
        #expect(sum.hex == "4a33bef67f1b431af482d74fdec072a08dc511cac881f92bcf3017a754dccee5")
    }
}
