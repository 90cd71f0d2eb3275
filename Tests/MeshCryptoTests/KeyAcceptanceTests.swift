import MeshCore
import MeshCrypto
import Testing

@Suite struct KeyAcceptanceTests {
    private static let ones = String(repeating: "ff", count: 30)
    private static let zeros = String(repeating: "00", count: 30)

    /// Every encoding of a point of small order: five y with either sign, and the two of them that also fit below
    /// 2^255 as y + p.
    static let weakKeys: [String] = [
        "00\(zeros)00", "00\(zeros)80", "01\(zeros)00", "01\(zeros)80", "ec\(ones)7f", "ec\(ones)ff",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "ed\(ones)7f", "ed\(ones)ff", "ee\(ones)7f", "ee\(ones)ff",
    ]

    @Test(arguments: weakKeys) func refusesWeakKeysAndWhatIsForgedUnderThem(key: String) throws {
        let key = try #require(NodeID(hex: key))
        #expect(!KeyAcceptance.isAcceptable(key))
        for number in 0..<64 {
            let message = Array("forgery \(number)".utf8)
            #expect(!Ed25519.verify(try Forgery.keyless(), of: message, by: key))
        }
    }

    /// Why the rule exists. If this ever fails, OpenSSL has become stricter.
    @Test func openSSLAloneAcceptsForgeriesUnderMostWeakKeys() throws {
        var fooled = 0
        for key in try Self.weakKeys.map(bytes) {
            let isFooled = try (0..<128).contains { number in
                let forgery = try Forgery.keyless()
                return Forgery.openSSLAccepts(forgery.bytes, of: Array("forgery \(number)".utf8), by: key)
            }
            fooled += isFooled ? 1 : 0
        }
        #expect(fooled >= 8, "of \(Self.weakKeys.count) keys")
    }

    @Test func theNeutralKeySignsNothingHereButEverythingInOpenSSL() throws {
        let key = try #require(NodeID(hex: "01\(Self.zeros)00"))
        let signature = try #require(Signature(key.rawBytes + [UInt8](repeating: 0, count: 32)))
        for number in 0..<1_000 {
            let message = Array("message \(number)".utf8)
            #expect(!Ed25519.verify(signature, of: message, by: key))
            #expect(Forgery.openSSLAccepts(signature.bytes, of: message, by: key.rawBytes))
        }
    }

    @Test func refusesASignatureWithAPointOfSmallOrderEvenFromTheOwner() throws {
        let seed = RandomBytes.make(32)
        let key = IdentityKey(seed: try #require(IdentitySeed(bytes: seed))).publicKey
        for number in 0..<16 {
            let message = Array("message \(number)".utf8)
            let signature = try Forgery.neutralPoint(message, seed: seed)
            #expect(Forgery.openSSLAccepts(signature.bytes, of: message, by: key.rawBytes))
            #expect(!Ed25519.verify(signature, of: message, by: key))
        }
    }

    @Test func refusesEveryNumberFromThePrimeUp() throws {
        // 2^255 - 19 up to 2^255 - 1: the last byte of the number runs from ed to ff.
        for first in UInt8(0xED)...0xFF {
            for last in ["7f", "ff"] {
                let key = try #require(NodeID(hex: Hex.encode([first]) + Self.ones + last))
                #expect(!KeyAcceptance.isAcceptable(key))
            }
        }
    }

    /// Less than the prime in one byte only, wherever it stands; the sign of x does not count, and a prekey has none.
    @Test(arguments: [
        "eb\(ones)7f", "ff\(ones)7e", "ff\(ones.dropLast(2))fe7f", "fffe\(ones.dropLast(2))7f",
        "ffffffffffffffff\(zeros.dropLast(14))7f",
    ])
    func acceptsNumbersBelowThePrime(number: String) throws {
        let number = try #require(Bytes32(hex: number))
        let (first, second, third, last) = number.words
        #expect(KeyAcceptance.isAcceptable(NodeID(number)))
        #expect(KeyAcceptance.isAcceptable(NodeID(Bytes32(words: first, second, third, last | 0x80))))
        #expect(KeyAcceptance.isAcceptable(prekey: number))
        #expect(!KeyAcceptance.isAcceptable(prekey: Bytes32(words: first, second, third, last | 0x80)))
    }

    @Test func acceptsWhatNodesMake() {
        for _ in 0..<256 {
            #expect(KeyAcceptance.isAcceptable(IdentityKey(seed: .random()).publicKey))
            #expect(KeyAcceptance.isAcceptable(prekey: X25519.publicKey(of: .random(count: 32))))
        }
    }

    /// The small-order points of RFC 7748, section 6.1, as Bernstein lists them, and encodings that are not
    /// canonical.
    @Test(arguments: [
        "00\(zeros)00", "01\(zeros)00", "ec\(ones)7f",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ed\(ones)7f", "ee\(ones)7f", "ff\(ones)7f", "ff\(ones)ff", "09\(zeros)80", "00\(zeros)80",
    ])
    func refusesWeakPrekeys(prekey: String) throws {
        let prekey = try #require(Bytes32(hex: prekey))
        #expect(!KeyAcceptance.isAcceptable(prekey: prekey))
        #expect(X25519.agree(.random(count: 32), with: prekey) == nil)
        #expect(HPKE.setupSender(to: prekey, info: []) == nil)
        let own = SecretBytes.random(count: 32)
        let publicKey = X25519.publicKey(of: own)
        #expect(HPKE.setupReceiver(prekey, publicKey: publicKey, privateKey: own, info: []) == nil)
    }
}
