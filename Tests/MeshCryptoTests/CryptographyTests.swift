import MeshCore
import MeshCrypto
import Testing

/// The provider as the core sees it.
@Suite struct CryptographyTests {
    private let alice = OpenSSLCryptography(seed: .random())
    private let bob = OpenSSLCryptography(seed: .random())

    private func equal(_ left: any Secret, _ right: any Secret) throws -> Bool {
        try #require(left as? SecretBytes).equals(try #require(right as? SecretBytes))
    }

    @Test func oneSignsAndTheOtherVerifies() {
        let signature = alice.sign([1, 2, 3])
        #expect(bob.verify(signature, of: [1, 2, 3], by: alice.publicKey))
        #expect(!bob.verify(signature, of: [1, 2, 3], by: bob.publicKey))
        #expect(!bob.verify(signature, of: [1, 2], by: alice.publicKey))
    }

    @Test func aMessageKeyTravelsFromSenderToPrekey() throws {
        let (prekey, privateKey) = bob.makePrekey()
        let messageKey = alice.makeMessageKey()
        let (encapsulated, sender) = try #require(alice.setupSender(to: prekey, info: [1]))
        let wrapped = alice.wrap(messageKey, with: alice.export(from: sender, context: [2]))
        #expect(wrapped.count == 48)

        let receiver = try #require(bob.setupReceiver(encapsulated, prekey: prekey, privateKey: privateKey, info: [1]))
        let opened = try #require(bob.unwrap(wrapped, with: bob.export(from: receiver, context: [2])))
        #expect(try equal(opened, messageKey))
        // Another context is another key: a wrap cannot be moved to another message.
        #expect(bob.unwrap(wrapped, with: bob.export(from: receiver, context: [3])) == nil)
    }

    @Test func onlyTheWholeUnchangedWrapOpens() {
        let key = alice.makeMessageKey()
        let wrapped = alice.wrap(alice.makeMessageKey(), with: key)
        for index in wrapped.indices {
            var changed = wrapped
            changed[index] ^= 1
            #expect(alice.unwrap(changed, with: key) == nil)
            #expect(alice.unwrap(Array(wrapped.prefix(index)), with: key) == nil)
        }
        #expect(alice.unwrap(wrapped + [0], with: key) == nil)
    }

    /// A wrap that opens to something else than 32 bytes is no key, whoever made it.
    @Test func aWrapOfAnotherLengthIsNoKey() throws {
        let key = SecretBytes.random(count: 32)
        let sealed = ChaChaPoly.seal([UInt8](repeating: 1, count: 31), with: key, authenticating: [])
        #expect(alice.unwrap(sealed, with: key) == nil)
    }

    /// Known answers from Python's hmac: the two halves of HKDF-SHA256 with salt "mesh/1/keys".
    @Test func contentKeyAndCommitmentAreTheHalvesOfOneDerivation() throws {
        let messageKey = SecretBytes(copying: Array(0..<32))
        let (key, commitment) = alice.contentKey(from: messageKey, info: [7])
        let expected = try bytes("8c162551d08d4f0c880d1f2fb3473e3858409ac74166d19d15d4342128a3068a")
        #expect(try equal(key, SecretBytes(copying: expected)))
        #expect(commitment.hex == "7e8f13c9becd66787e39ee540609cd833daad3ac1eb7e1da974c79397ccb78ac")
        #expect(bob.contentKey(from: messageKey, info: [8]).commitment != commitment)
    }

    @Test func contentOpensOnlyWithItsKeyAndItsContext() {
        let key = alice.makeMessageKey()
        let sealed = alice.seal(Array("hello".utf8), with: key, authenticating: [1])
        #expect(sealed.count == 5 + 16)
        #expect(bob.open(sealed, with: key, authenticating: [1]) == Array("hello".utf8))
        #expect(bob.open(sealed, with: key, authenticating: [2]) == nil)
        #expect(bob.open(sealed, with: bob.makeMessageKey(), authenticating: [1]) == nil)
        #expect(bob.open(Array(sealed.dropLast()), with: key, authenticating: [1]) == nil)
        #expect(bob.open([], with: key, authenticating: [1]) == nil)
        #expect(alice.open(alice.seal([], with: key, authenticating: []), with: key, authenticating: []) == [])
    }

    @Test func randomBytesDiffer() {
        #expect(alice.randomBytes(0) == [])
        #expect(Set((0..<100).map { _ in alice.randomBytes(16) }).count == 100)
    }

    /// Links of many nodes share algorithms and keys between their threads.
    @Test func manyThreadsMayUseOneIdentity() async {
        let (alice, key) = (alice, alice.makeMessageKey())
        let right = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let bytes = [UInt8](repeating: UInt8(number), count: 100)
                    let sealed = alice.seal(bytes, with: key, authenticating: [])
                    return alice.verify(alice.sign(bytes), of: bytes, by: alice.publicKey)
                        && alice.open(sealed, with: key, authenticating: []) == bytes
                        && alice.authenticationCode(key: bytes, bytes) == alice.authenticationCode(key: bytes, bytes)
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 64)
    }
}
