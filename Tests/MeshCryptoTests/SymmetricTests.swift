import MeshCore
import MeshCrypto
import Testing

@Suite struct SymmetricTests {
    /// RFC 8439, section 2.8.2.
    @Test func sealsAsInRFC8439() throws {
        let key = SecretBytes(copying: Array(0x80...0x9F))
        let nonce = try bytes("070000004041424344454647")
        let data = try bytes("50515253c0c1c2c3c4c5c6c7")
        let text =
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            + "sunscreen would be it."
        let sealed = try bytes(
            """
            d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b
            1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
            3ff4def08e4b7a9de576d26586cec64b6116 1ae10b594f09e26a7e902ecbd0600691
            """)
        #expect(ChaChaPoly.seal(Array(text.utf8), with: key, nonce: nonce, authenticating: data) == sealed)
        #expect(ChaChaPoly.open(sealed, with: key, nonce: nonce, authenticating: data) == Array(text.utf8))
    }

    @Test(.needsVectors) func sealsAndOpensAsWycheproofSays() throws {
        struct Group: Decodable {
            struct Case: Decodable {
                let tcId: Int
                let key, iv, aad, msg, ct, tag: HexBytes
                let result: WycheproofResult
            }
            let tests: [Case]
        }
        let file = try VectorFiles.decode("wycheproof/chacha20_poly1305_test.json", as: WycheproofFile<Group>.self)
        var (valid, invalid, otherNonces) = (0, 0, 0)
        for test in file.testGroups.flatMap(\.tests) {
            guard test.iv.bytes.count == ChaChaPoly.nonceCount else {
                // Not expressible: the next test shows what becomes of such a nonce.
                #expect(test.result == .invalid)
                otherNonces += 1
                continue
            }
            let key = SecretBytes(copying: test.key.bytes)
            let (nonce, data, sealed) = (test.iv.bytes, test.aad.bytes, test.ct.bytes + test.tag.bytes)
            let opened = ChaChaPoly.open(sealed, with: key, nonce: nonce, authenticating: data)
            if test.result == .valid {
                #expect(opened == test.msg.bytes, "case \(test.tcId)")
                #expect(ChaChaPoly.seal(test.msg.bytes, with: key, nonce: nonce, authenticating: data) == sealed)
                valid += 1
            } else {
                #expect(opened == nil, "case \(test.tcId)")
                invalid += 1
            }
        }
        #expect([valid, invalid, otherNonces] == [256, 60, 9])
        #expect(file.numberOfTests == 325)
    }

    @Test func aNonceOfAnotherLengthIsOurOwnMistakeAndStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes.random(count: ChaChaPoly.keyCount)
            _ = ChaChaPoly.seal([1], with: key, nonce: [0, 0, 0, 0, 0, 0, 0, 0], authenticating: [])
        }
    }

    /// RFC 5869, appendix A.1 to A.3.
    @Test(arguments: [
        (
            String(repeating: "0b", count: 22), "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
            """
            3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865
            """
        ),
        (
            Hex.encode(0x00...0x4F), Hex.encode(0x60...0xAF), Hex.encode(0xB0...0xFF),
            """
            b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09
            da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87
            """
        ),
        (
            String(repeating: "0b", count: 22), "", "",
            """
            8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8
            """
        ),
    ])
    func derivesAsInRFC5869(material: String, salt: String, info: String, output: String) throws {
        let expected = try bytes(output)
        let derived = HKDF.derive(
            from: SecretBytes(copying: try bytes(material)), salt: try bytes(salt), info: try bytes(info),
            count: expected.count)
        #expect(derived.equals(SecretBytes(copying: expected)))
    }

    @Test(.needsVectors) func derivesAsWycheproofSays() throws {
        struct Group: Decodable {
            struct Case: Decodable {
                let tcId: Int
                let ikm, salt, info, okm: HexBytes
                let size: Int
                let result: WycheproofResult
            }
            let tests: [Case]
        }
        let file = try VectorFiles.decode("wycheproof/hkdf_sha256_test.json", as: WycheproofFile<Group>.self)
        var (valid, tooLong) = (0, 0)
        for test in file.testGroups.flatMap(\.tests) {
            if test.result == .valid {
                let derived = HKDF.derive(
                    from: SecretBytes(copying: test.ikm.bytes), salt: test.salt.bytes, info: test.info.bytes,
                    count: test.size)
                #expect(derived.equals(SecretBytes(copying: test.okm.bytes)), "case \(test.tcId)")
                valid += 1
            } else {
                #expect(test.size > HKDF.maximumCount)
                tooLong += 1
            }
        }
        #expect([valid, tooLong] == [83, 3])
        #expect(file.numberOfTests == 86)
    }

    @Test func moreThan255BlocksIsOurOwnMistakeAndStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = HKDF.derive(from: .random(count: 32), salt: [], info: [], count: 8_161)
        }
    }

    @Test(.needsVectors) func authenticatesAsWycheproofSays() throws {
        struct Group: Decodable {
            struct Case: Decodable {
                let tcId: Int
                let key, msg, tag: HexBytes
                let result: WycheproofResult
            }
            let tests: [Case]
        }
        let file = try VectorFiles.decode("wycheproof/hmac_sha256_test.json", as: WycheproofFile<Group>.self)
        var counts: [WycheproofResult: Int] = [:]
        for test in file.testGroups.flatMap(\.tests) {
            // Half of the cases cut the code to 16 bytes.
            let code = HMAC.authenticate(test.msg.bytes, key: test.key.bytes).prefix(test.tag.bytes.count)
            #expect((Array(code) == test.tag.bytes) == (test.result == .valid), "case \(test.tcId)")
            counts[test.result, default: 0] += 1
        }
        #expect(counts == [.valid: 66, .invalid: 108])
    }

    /// FIPS 180-4's example, and the empty string.
    @Test func hashesAsInFIPS180() {
        #expect(
            Hex.encode(SHA2.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hex.encode(SHA2.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}
