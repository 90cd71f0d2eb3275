package import MeshCore

/// NOT SECURE, and not meant to be: cryptography for simulations of thousands of cores, which anybody can forge on
/// purpose and nobody by accident.
///
/// A signature is a keyed mix of all bytes under the *public* key, a shared secret follows from what both ends can
/// see, and a cipher is a stream of the same mixing. So a changed byte, a wrong key, and a key wrapped for somebody
/// else fail as they do with OpenSSL, sizes and shapes are the same, and each operation costs tens to hundreds of
/// nanoseconds. Equal arguments give equal nodes, in every process and build.
package final class FastCryptography: Cryptography, @unchecked Sendable {
    /// One for each use, so that no value of one passes for another's.
    private enum Domain: UInt64 {
        case identity = 1
        case signature, signatureEnd, hash, authentication, prekey, shared, export, content, commitment, stream, tag
    }

    /// A value that only this provider reads.
    private final class FastSecret: Secret {
        let value: Bytes32
        init(_ value: Bytes32) { self.value = value }
    }

    private static let tagCount = 16

    package let publicKey: NodeID
    /// One core at a time uses it, so nothing races.
    private var generator: SeededGenerator

    /// The node `index` of the run `seed`.
    package init(index: Int, seed: UInt64) {
        let identity = Self.mix(.identity) {
            $0.absorb(seed)
            $0.absorb(UInt64(truncatingIfNeeded: index))
        }
        publicKey = NodeID(identity)
        generator = SeededGenerator(seed: identity.words.0 ^ seed)
    }

    private static func mix(_ domain: Domain, _ absorb: (inout ByteMixer) -> Void) -> Bytes32 {
        var mixer = ByteMixer(domain: domain.rawValue)
        absorb(&mixer)
        return mixer.value
    }

    // MARK: Signatures and hashes

    package func sign(_ bytes: [UInt8]) -> Signature { Self.signature(of: bytes, by: publicKey) }

    package func verify(_ signature: Signature, of bytes: [UInt8], by key: NodeID) -> Bool {
        isAcceptable(key) && signature == Self.signature(of: bytes, by: key)
    }

    private static func signature(of bytes: [UInt8], by key: NodeID) -> Signature {
        let first = mix(.signature) {
            $0.absorb(key.bytes)
            $0.absorb(bytes)
        }
        let last = mix(.signatureEnd) { $0.absorb(first) }
        var result: [UInt8] = []
        result.reserveCapacity(Signature.count)
        first.append(to: &result)
        last.append(to: &result)
        guard let signature = Signature(result) else { preconditionFailure("twice 32 bytes are not 64") }
        return signature
    }

    package func isAcceptable(_ key: NodeID) -> Bool { Self.isAcceptable(key.bytes) }
    package func isAcceptable(prekey: Bytes32) -> Bool { Self.isAcceptable(prekey) }

    /// Refuses what stands for the weak keys of the real curves: a first word and then nothing but zeros (the points
    /// 0 and 1), and all ones (not canonical).
    private static func isAcceptable(_ key: Bytes32) -> Bool {
        let (first, second, third, fourth) = key.words
        return second | third | fourth != 0 && first & second & third & fourth != .max
    }

    package func hash(_ bytes: [UInt8]) -> Hash { Hash(Self.mix(.hash) { $0.absorb(bytes) }) }

    package func authenticationCode(key: [UInt8], _ bytes: [UInt8]) -> Hash {
        let code = Self.mix(.authentication) {
            $0.absorb(key)
            $0.absorb(bytes)
        }
        return Hash(code)
    }

    // MARK: Fresh values

    package func randomBytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count { Self.append(generator.next(), to: &bytes) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    package func makeMessageKey() -> any Secret { FastSecret(fresh()) }

    package func makePrekey() -> (publicKey: Bytes32, privateKey: any Secret) {
        let privateKey = fresh()
        return (Self.publicHalf(of: privateKey), FastSecret(privateKey))
    }

    private func fresh() -> Bytes32 {
        Bytes32(words: generator.next(), generator.next(), generator.next(), generator.next())
    }

    private static func publicHalf(of privateKey: Bytes32) -> Bytes32 { mix(.prekey) { $0.absorb(privateKey) } }

    // MARK: Envelopes

    package func contentKey(from messageKey: any Secret, info: [UInt8]) -> (key: any Secret, commitment: Hash) {
        let source = own(messageKey)
        func derive(_ domain: Domain) -> Bytes32 {
            Self.mix(domain) {
                $0.absorb(source)
                $0.absorb(info)
            }
        }
        return (FastSecret(derive(.content)), Hash(derive(.commitment)))
    }

    package func seal(_ plaintext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8] {
        Self.seal(plaintext, with: own(key), authenticating: authenticating)
    }

    package func open(_ ciphertext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8]? {
        Self.open(ciphertext, with: own(key), authenticating: authenticating)
    }

    package func setupSender(to prekey: Bytes32, info: [UInt8]) -> (encapsulated: Bytes32, exporter: any Secret)? {
        guard Self.isAcceptable(prekey) else { return nil }
        let encapsulated = Self.publicHalf(of: fresh())
        return (encapsulated, FastSecret(Self.shared(encapsulated, prekey, info)))
    }

    package func setupReceiver(
        _ encapsulated: Bytes32, prekey: Bytes32, privateKey: any Secret, info: [UInt8]
    ) -> (any Secret)? {
        guard Self.isAcceptable(encapsulated) else { return nil }
        return FastSecret(Self.shared(encapsulated, Self.publicHalf(of: own(privateKey)), info))
    }

    /// Both ends know both public halves, and so does everybody else: this is where it is not secure.
    private static func shared(_ encapsulated: Bytes32, _ prekey: Bytes32, _ info: [UInt8]) -> Bytes32 {
        mix(.shared) {
            $0.absorb(encapsulated)
            $0.absorb(prekey)
            $0.absorb(info)
        }
    }

    package func export(from exporter: any Secret, context: [UInt8]) -> any Secret {
        let source = own(exporter)
        let exported = Self.mix(.export) {
            $0.absorb(source)
            $0.absorb(context)
        }
        return FastSecret(exported)
    }

    package func wrap(_ messageKey: any Secret, with key: any Secret) -> [UInt8] {
        Self.seal(own(messageKey).array, with: own(key), authenticating: [])
    }

    package func unwrap(_ wrapped: [UInt8], with key: any Secret) -> (any Secret)? {
        guard wrapped.count == Bytes32.count + Self.tagCount else { return nil }
        return Self.open(wrapped, with: own(key), authenticating: []).flatMap { Bytes32($0) }.map(FastSecret.init)
    }

    /// The core only ever holds secrets that this type has given to it.
    private func own(_ secret: any Secret) -> Bytes32 {
        guard let secret = secret as? FastSecret else { preconditionFailure("a secret of another provider") }
        return secret.value
    }

    // MARK: The cipher

    private static func seal(_ plaintext: [UInt8], with key: Bytes32, authenticating: [UInt8]) -> [UInt8] {
        var result = stream(plaintext[...], key: key, room: tagCount)
        let tag = tag(of: plaintext, key: key, authenticating: authenticating)
        append(tag.0, to: &result)
        append(tag.1, to: &result)
        return result
    }

    private static func open(_ ciphertext: [UInt8], with key: Bytes32, authenticating: [UInt8]) -> [UInt8]? {
        guard ciphertext.count >= tagCount else { return nil }
        let plaintext = stream(ciphertext.dropLast(tagCount), key: key, room: 0)
        let tag = tag(of: plaintext, key: key, authenticating: authenticating)
        var expected: [UInt8] = []
        append(tag.0, to: &expected)
        append(tag.1, to: &expected)
        return ciphertext.suffix(tagCount) == expected[...] ? plaintext : nil
    }

    private static func tag(
        of plaintext: [UInt8], key: Bytes32, authenticating: [UInt8]
    ) -> (UInt64, UInt64) {
        let words = mix(.tag) {
            $0.absorb(key)
            $0.absorb(authenticating)
            $0.absorb(plaintext)
        }.words
        return (words.0, words.1)
    }

    /// `bytes` under a stream that follows from `key`; doing it twice gives them back.
    private static func stream(_ bytes: ArraySlice<UInt8>, key: Bytes32, room: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: mix(.stream) { $0.absorb(key) }.words.0)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + room)
        var pad: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            pad = index % 8 == 0 ? generator.next() : pad >> 8
            result.append(byte ^ UInt8(truncatingIfNeeded: pad))
        }
        return result
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }
}
