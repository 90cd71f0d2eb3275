import COpenSSL
import Foundation
import MeshCore
import MeshCrypto
import Testing

@Suite struct CertificateTests {
    /// SHA-256("mesh-node test identity 1"), as in scripts/make-certs.sh: a public seed, for tests only.
    private func testIdentity(_ number: Int) throws -> IdentityKey {
        let seed = SHA2.sha256(Array("mesh-node test identity \(number)".utf8))
        return IdentityKey(seed: try #require(IdentitySeed(bytes: seed)))
    }

    @Test func isTheSameEverywhere() throws {
        let golden = try bytes(
            """
            3082017630820128a00302010202104354e656cbdd7e182a9edba656038508300506032b6570304b3149304706035504
            030c40383335346536353663626464376531383261396564626136353630333835303833323234316461316436373861
            636430643766376637313835643631353339313020170d3030303130313030303030305a180f39393939313233313233
            353935395a304b3149304706035504030c40383335346536353663626464376531383261396564626136353630333835
            30383332323431646131643637386163643064376637663731383564363135333931302a300506032b65700321008354
            e656cbdd7e182a9edba65603850832241da1d678acd0d7f7f7185d615391a320301e300c0603551d130101ff04023000
            300e0603551d0f0101ff040403020780300506032b657003410077be41e00e3358809fa2b720a02210e6c5ad57f79dc3
            d49e704b2328e71b5242d19eb6c386b46d32532eb80c9b25681ccbbe6db17d9b544c39d174059e61620f
            """)
        #expect(NodeCertificate(of: try testIdentity(1)).der == golden)
        #expect(NodeCertificate(of: try testIdentity(1)) == NodeCertificate(of: try testIdentity(1)))
        #expect(NodeCertificate(of: try testIdentity(1)) != NodeCertificate(of: try testIdentity(2)))
    }

    @Test func equalsWhatTheOpenSSLProgramBuildsFromTheSameSeed() throws {
        let fixture = try String(contentsOf: VectorFiles.package.appending(path: "certs/good.pem"), encoding: .utf8)
        #expect(NodeCertificate(of: try testIdentity(1)).pem == fixture)
    }

    @Test func returnsTheKeyAndComparesItWithTheExpectedOne() throws {
        let (one, two) = (try testIdentity(1), try testIdentity(2))
        let der = NodeCertificate(of: one).der
        #expect(try NodeCertificate.verify(leaf: der, ofChain: 1, expected: nil) == one.publicKey)
        #expect(try NodeCertificate.verify(leaf: der, ofChain: 1, expected: one.publicKey) == one.publicKey)
        #expect(throws: CertificateRefusal.unexpectedKey(one.publicKey)) {
            try NodeCertificate.verify(leaf: der, ofChain: 1, expected: two.publicKey)
        }
    }

    @Test func anyIdentityPassesItsOwnVerification() throws {
        for _ in 0..<64 {
            let identity = IdentityKey(seed: .random())
            let der = NodeCertificate(of: identity).der
            #expect(try NodeCertificate.verify(der: der, expected: identity.publicKey) == identity.publicKey)
        }
    }

    /// Made by scripts/make-certs.sh with the openssl program.
    @Test(
        arguments: [
            ("good", nil),
            ("wrong-key", .foreignContents),
            ("expired", .foreignContents),
            ("rsa", .notEd25519),
            ("chain-of-two", .chainLength(2)),
            ("small-order", .weakKey),
        ] as [(String, CertificateRefusal?)])
    func everyFixtureGetsItsVerdict(name: String, refusal: CertificateRefusal?) throws {
        let file = VectorFiles.package.appending(path: "certs/\(name).pem")
        let chain = try decodePEM(try String(contentsOf: file, encoding: .utf8))
        do throws(CertificateRefusal) {
            let key = try NodeCertificate.verify(leaf: chain.first, ofChain: chain.count, expected: nil)
            #expect(refusal == nil, "accepted for \(key)")
        } catch {
            #expect(error == refusal)
        }
    }

    @Test func anEmptyChainIsRefused() {
        #expect(throws: CertificateRefusal.chainLength(0)) {
            try NodeCertificate.verify(leaf: nil, ofChain: 0, expected: nil)
        }
    }

    /// The 64 bytes of the signature are free: TLS proves the key. No other byte is.
    @Test func everyChangedByteOutsideTheSignatureIsRefused() throws {
        let der = NodeCertificate(of: try testIdentity(1)).der
        for index in der.indices.dropLast(64) {
            for bit in 0..<8 {
                var changed = der
                changed[index] ^= 1 << UInt8(bit)
                #expect(throws: CertificateRefusal.self, "byte \(index), bit \(bit)") {
                    try NodeCertificate.verify(der: changed, expected: nil)
                }
            }
        }
    }

    @Test func everyOtherLengthIsMalformed() throws {
        let der = NodeCertificate(of: try testIdentity(1)).der
        for count in 0..<der.count {
            #expect(throws: CertificateRefusal.malformed) {
                try NodeCertificate.verify(der: Array(der.prefix(count)), expected: nil)
            }
        }
        #expect(throws: CertificateRefusal.malformed) { try NodeCertificate.verify(der: der + [0], expected: nil) }
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func randomChangesNeverPassAndNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let der = NodeCertificate(of: try testIdentity(1)).der
        for _ in 0..<500 {
            var changed = der
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: 0..<(der.count - 64), using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                changed.removeSubrange(Int.random(in: 0..<changed.count, using: &random)...)
            }
            if changed.dropLast(64) == der.dropLast(64) { continue }
            #expect(throws: CertificateRefusal.self) { try NodeCertificate.verify(der: changed, expected: nil) }
        }
    }

    @Test func theOpenSSLProgramReadsAndVerifiesIt() throws {
        let identity = IdentityKey(seed: .random())
        let folder = FileManager.default.temporaryDirectory.appending(path: "mesh-certificate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "node.pem").path
        try NodeCertificate(of: identity).pem.write(toFile: path, atomically: false, encoding: .utf8)

        let text = try run("openssl", "x509", "-in", path, "-noout", "-text")
        #expect(text.contains("Subject: CN = \(identity.publicKey.hex)"))
        #expect(text.contains("Issuer: CN = \(identity.publicKey.hex)"))
        #expect(text.contains("Public Key Algorithm: ED25519"))
        #expect(text.contains("Not Before: Jan  1 00:00:00 2000 GMT"))
        #expect(text.contains("Not After : Dec 31 23:59:59 9999 GMT"))
        #expect(text.contains("CA:FALSE"))
        #expect(text.contains("Digital Signature"))
        let verdict = try run("openssl", "verify", "-x509_strict", "-check_ss_sig", "-CAfile", path, path)
        #expect(verdict == "\(path): OK\n")
    }

    @Test func theFixturesAreWhatTheScriptMakes() throws {
        let script = VectorFiles.package.appending(path: "scripts/make-certs.sh").path
        #expect(try run("bash", script, "--check") == "")
    }

    @Test func aTLSContextTakesTheIdentity() throws {
        let identity = IdentityKey(seed: .random())
        // Reason for unsafe: a C object made and freed here.
        let context = unsafe SSL_CTX_new(TLS_method())
        defer { unsafe SSL_CTX_free(context) }
        try unsafe identity.install(NodeCertificate(of: identity), in: #require(context))
        let belongTogether = unsafe SSL_CTX_check_private_key(context)
        #expect(belongTogether == 1)
    }

    private func decodePEM(_ text: String) throws -> [[UInt8]] {
        try text.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst().map { part in
            let body = try #require(part.components(separatedBy: "-----END").first)
            return Array(try #require(Data(base64Encoded: body, options: .ignoreUnknownCharacters)))
        }
    }

    /// What the program prints on standard output; its exit code must be 0.
    private func run(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}
