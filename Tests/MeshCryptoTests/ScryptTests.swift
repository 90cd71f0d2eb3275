import Foundation
import Glibc
import MeshCore
import MeshCrypto
import Testing

@Suite struct ScryptTests {
    /// RFC 7914, section 12: the examples whose cost is within our limits.
    @Test func derivesAsInRFC7914() throws {
        try expect(
            "", "", 16, 1, 1,
            """
            77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17
            e8d3e0fb2e0d3628cf35e20c38d18906
            """)
        try expect(
            "pleaseletmein", "SodiumChloride", 16_384, 8, 1,
            """
            7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9
            e61e85dc0d651e40dfcf017b45575887
            """)
    }

    /// Not in the RFC: made with Python's hashlib, for p and r beside 1 and 8.
    @Test func derivesInSeveralBlocksAsPythonDoes() throws {
        try expect("password", "NaCl", 1_024, 16, 4, Self.pythons)
    }

    private static let pythons = """
        2ac168d8a2bdb267f194bd2e922e1248305173029779f92b210a24d44a8b24c4f47722fe746f162702d4e94a9775a19b
        3f77fc662cc86a9c065029cff43a7a30
        """

    /// 1 GiB and some seconds, so only where both can be spared.
    @Test(.enabled(if: ScryptTests.freeMemory > 4 << 30, "needs 4 GiB of free memory"))
    func derivesTheDearestExampleOfRFC7914() throws {
        try expect(
            "pleaseletmein", "SodiumChloride", 1 << 20, 8, 1,
            """
            2101cb9b6a511aaeaddbbe09cf70f881ec568d574a2ffd4dabe5ee9820adaa478e56fd8f4ba5d09ffa1c6d927c40f4c3
            37304049e8a952fbcbf45c6fa77a41a4
            """)
    }

    @Test(.needsVectors) func thePublishedFileSaysTheSame() throws {
        let text = try VectorFiles.text("rfc/scrypt_rfc7914.txt")
        var fields: [String: String] = [:]
        var (derived, refused) = (0, 0)
        for line in text.split(separator: "\n") {
            let pair = line.split(separator: "=", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            fields[pair[0]] = pair[1]
            guard pair[0] == "DERIVED_KEY" else { continue }
            let (n, r, p) = (UInt32(fields["N"]!)!, UInt32(fields["r"]!)!, UInt32(fields["p"]!)!)
            if Scrypt.Cost(iterations: n, blockSize: r, parallelism: p) == nil {
                refused += 1
            } else if n < 1 << 20 {
                try expect(fields["PASSWORD"]!, fields["SALT"]!, n, r, p, pair[1])
                derived += 1
            }
        }
        #expect(derived == 2 && refused == 1, "p = 16 is beyond what we take")
    }

    @Test func aCostBeyondTheLimitsCannotBeExpressed() {
        let allowed: [(UInt32, UInt32, UInt32)] = [
            (2, 1, 1), (1 << 17, 8, 1), (1 << 20, 8, 1), (1 << 19, 16, 4), (1 << 20, 1, 4),
        ]
        for (n, r, p) in allowed {
            #expect(Scrypt.Cost(iterations: n, blockSize: r, parallelism: p) != nil, "\(n) \(r) \(p)")
        }
        let refused: [(UInt32, UInt32, UInt32)] = [
            (0, 8, 1), (1, 8, 1), (3, 8, 1), (1 << 20 - 1, 8, 1), (1 << 21, 1, 1), (1 << 31, 1, 1), (.max, 8, 1),
            (16, 0, 1), (16, 17, 1), (16, .max, 1), (16, 8, 0), (16, 8, 5), (16, 8, .max), (1 << 20, 16, 1),
            (1 << 20, 9, 1), (.max, .max, .max),
        ]
        for (n, r, p) in refused {
            #expect(Scrypt.Cost(iterations: n, blockSize: r, parallelism: p) == nil, "\(n) \(r) \(p)")
        }
        #expect(Scrypt.Cost.standard.memory < 256 << 20)
    }

    @Test func withoutTheMemoryItSaysSoAndGoesOn() async {
        await #expect(processExitsWith: .success) {
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
            let used = UInt(pages[0])! * UInt(sysconf(Int32(_SC_PAGESIZE)))
            var limit = rlimit(rlim_cur: used + 256 << 20, rlim_max: used + 256 << 20)
            precondition(unsafe setrlimit(__rlimit_resource_t(9), &limit) == 0)  // RLIMIT_AS on Linux
            let cost = Scrypt.Cost(iterations: 1 << 20, blockSize: 8, parallelism: 1)!
            precondition(Scrypt.derive(from: .random(count: 8), salt: [1], cost: cost, count: 32) == nil)
            let small = Scrypt.Cost(iterations: 16, blockSize: 8, parallelism: 1)!
            precondition(Scrypt.derive(from: .random(count: 8), salt: [1], cost: small, count: 32) != nil)
        }
    }

    private func expect(
        _ passphrase: String, _ salt: String, _ n: UInt32, _ r: UInt32, _ p: UInt32, _ key: String,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let expected = try bytes(key)
        let cost = try #require(Scrypt.Cost(iterations: n, blockSize: r, parallelism: p))
        let derived = Scrypt.derive(
            from: SecretBytes(copying: Array(passphrase.utf8)), salt: Array(salt.utf8), cost: cost,
            count: expected.count)
        #expect(derived?.equals(SecretBytes(copying: expected)) == true, sourceLocation: location)
    }

    /// In bytes, as the kernel reckons.
    private static let freeMemory: UInt64 = {
        let file = try? FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/meminfo"))
        let text = String(decoding: (try? file?.readToEnd()) ?? Data(), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0) << 10
    }()
}

@Suite struct IdentitySecretsTests {
    private let secrets = IdentitySecrets(
        seed: IdentitySeed(bytes: [UInt8](0..<32))!, storeKey: SecretBytes(copying: [UInt8](32..<64)),
        created: 0x0102_0304_0506_0708)
    private let key = SecretBytes(copying: [UInt8](repeating: 9, count: 32))
    private let nonce = [UInt8](repeating: 3, count: 12)

    @Test func comesBackWholeAndTheBytesLieInOrder() throws {
        let sealed = secrets.seal(with: key, nonce: nonce, authenticating: [1, 2])
        #expect(sealed.count == IdentitySecrets.sealedCount)
        #expect(
            ChaChaPoly.open(sealed, with: key, nonce: nonce, authenticating: [1, 2])
                == [UInt8](0..<64) + [8, 7, 6, 5, 4, 3, 2, 1])
        let opened = try #require(
            IdentitySecrets(opening: sealed, with: key, nonce: nonce, authenticating: [1, 2]))
        #expect(IdentityKey(seed: opened.seed).publicKey == IdentityKey(seed: secrets.seed).publicKey)
        #expect(opened.storeKey?.equals(secrets.storeKey!) == true && opened.created == secrets.created)
    }

    @Test func withoutAStoreKeyThereIsNone() throws {
        var bare = secrets
        bare.storeKey = nil
        let sealed = bare.seal(with: key, nonce: nonce, authenticating: [])
        let opened = try #require(IdentitySecrets(opening: sealed, with: key, nonce: nonce, authenticating: []))
        #expect(opened.storeKey == nil)
        #expect(sealed.count == IdentitySecrets.sealedCount, "nobody sees whether there is one")
    }

    @Test func anotherKeyNonceHeaderOrLengthOpensNothing() {
        let sealed = secrets.seal(with: key, nonce: nonce, authenticating: [1])
        let open = { (sealed: [UInt8], key: SecretBytes, nonce: [UInt8], header: [UInt8]) in
            IdentitySecrets(opening: sealed, with: key, nonce: nonce, authenticating: header) != nil
        }
        #expect(open(sealed, key, nonce, [1]))
        #expect(!open(sealed, .random(count: 32), nonce, [1]))
        #expect(!open(sealed, key, ChaChaPoly.zeroNonce, [1]))
        #expect(!open(sealed, key, nonce, [2]))
        for count in 0..<sealed.count { #expect(!open(Array(sealed.prefix(count)), key, nonce, [1])) }
        #expect(!open(sealed + [0], key, nonce, [1]))
    }
}

@Suite struct SecretLineTests {
    /// What one `readLine` gives, and what is left in the pipe for others.
    private func read(_ text: String, limit: Int = 16) throws -> (line: SecretBytes, rest: [UInt8]) {
        var ends: [CInt] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        defer { close(ends[0]) }
        let bytes = Array(text.utf8)
        #expect(unsafe Glibc.write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        let line = try SecretBytes.readLine(from: ends[0], limit: limit)
        var rest = [UInt8](repeating: 0, count: 64)
        let count = unsafe Glibc.read(ends[0], &rest, rest.count)
        return (line, Array(rest.prefix(count)))
    }

    @Test func takesOneLineAndLeavesTheRestToOthers() throws {
        for (text, line, rest) in [
            ("secret\nhello\n", "secret", "hello\n"), ("secret", "secret", ""), ("\nx", "", "x"), ("", "", ""),
            ("0123456789abcdef\n!", "0123456789abcdef", "!"), ("0123456789abcdef", "0123456789abcdef", ""),
        ] {
            let result = try read(text)
            #expect(result.line.equals(SecretBytes(copying: Array(line.utf8))), "\(text)")
            #expect(result.rest == Array(rest.utf8), "\(text)")
        }
    }

    @Test func aLongerLineIsRefused() {
        #expect(throws: SecretFileError.wrongLength) { try read("0123456789abcdef!\n") }
    }

    @Test func aDescriptorThatIsNotOpenSaysWhatTheSystemSays() {
        #expect(throws: SecretFileError.system(errno: EBADF)) { try SecretBytes.readLine(from: -1, limit: 4) }
    }

    @Test func aNonBlockingDescriptorIsWaitedFor() async throws {
        var ends: [CInt] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let (input, output) = (ends[0], ends[1])
        defer { close(input) }
        var flags = CInt(O_NONBLOCK)
        flags |= fcntl(input, F_GETFL)
        #expect(fcntl(input, F_SETFL, flags) == 0)
        let line = Task.detached { try SecretBytes.readLine(from: input, limit: 8) }
        #expect(unsafe Glibc.write(output, Array("ab".utf8), 2) == 2)
        #expect(unsafe Glibc.write(output, Array("c\n".utf8), 2) == 2)
        #expect(try await line.value.equals(SecretBytes(copying: Array("abc".utf8))))
        close(output)
    }
}
