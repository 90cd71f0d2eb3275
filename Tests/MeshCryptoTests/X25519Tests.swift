import MeshCore
import MeshCrypto
import Testing

@Suite struct X25519Tests {
    /// RFC 7748, section 5.2, first vector, and the second with the top bit of u masked as the section says. (We
    /// refuse it as it stands there: not canonical.)
    @Test(arguments: [
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
        ),
        (
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a413",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
        ),
    ])
    func multipliesAsInRFC7748(scalar: String, coordinate: String, product: String) throws {
        let coordinate = try #require(Bytes32(hex: coordinate))
        let secret = try #require(X25519.agree(SecretBytes(copying: try bytes(scalar)), with: coordinate))
        #expect(secret.equals(SecretBytes(copying: try bytes(product))))
    }

    /// RFC 7748, section 6.1.
    @Test func agreesAsInRFC7748() throws {
        let alice = SecretBytes(copying: try bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"))
        let bob = SecretBytes(copying: try bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
        let shared = try bytes("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
        #expect(
            X25519.publicKey(of: alice).hex == "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
        #expect(X25519.publicKey(of: bob).hex == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
        for (own, other) in [(alice, bob), (bob, alice)] {
            let secret = try #require(X25519.agree(own, with: X25519.publicKey(of: other)))
            #expect(secret.equals(SecretBytes(copying: shared)))
        }
    }

    /// Stricter than Wycheproof asks: of its 254 `acceptable` cases we compute 210 and refuse 44 (29 encodings that
    /// are not canonical and 15 points of small order; 31 of the 44 have the all-zero secret).
    @Test(.needsVectors) func agreesWithWycheproof() throws {
        struct Group: Decodable {
            struct Case: Decodable {
                let tcId: Int
                let `public`, `private`, shared: HexBytes
                let result: WycheproofResult
            }
            let tests: [Case]
        }
        let file = try VectorFiles.decode("wycheproof/x25519_test.json", as: WycheproofFile<Group>.self)
        var (valid, acceptable, refused, zero) = (0, 0, 0, 0)
        for test in file.testGroups.flatMap(\.tests) {
            let publicKey = try #require(Bytes32(test.public.bytes))
            if let secret = X25519.agree(SecretBytes(copying: test.private.bytes), with: publicKey) {
                #expect(secret.equals(SecretBytes(copying: test.shared.bytes)), "case \(test.tcId)")
                if test.result == .valid { valid += 1 } else { acceptable += 1 }
            } else {
                #expect(test.result == .acceptable, "case \(test.tcId)")
                refused += 1
                zero += test.shared.bytes.allSatisfy { $0 == 0 } ? 1 : 0
            }
        }
        #expect([valid, acceptable, refused, zero] == [264, 210, 44, 31])
        #expect(file.numberOfTests == 518)
    }

    /// The pair of RFC 8032's first test; the results were computed with Python's integers.
    @Test func convertsAnIdentityAsTheBirationalMapSays() throws {
        let seed = try #require(
            IdentitySeed(bytes: try bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")))
        let scalar = try bytes("307c83864f2833cb427a2ef1c00a013cfdff2768d980c0a3a520f006904de94f")
        let key = IdentityKey(seed: seed).publicKey
        #expect(
            CurveConversion.convertToX25519(key)?.hex
                == "d85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e")
        #expect(CurveConversion.convertToX25519(seed).equals(SecretBytes(copying: scalar)))
    }

    @Test func bothHalvesOfAConvertedIdentityBelongTogether() throws {
        for _ in 0..<256 {
            let seed = IdentitySeed.random()
            let converted = try #require(CurveConversion.convertToX25519(IdentityKey(seed: seed).publicKey))
            #expect(X25519.publicKey(of: CurveConversion.convertToX25519(seed)) == converted)
        }
        for weak in KeyAcceptanceTests.weakKeys {
            #expect(CurveConversion.convertToX25519(try #require(NodeID(hex: weak))) == nil)
        }
    }
}
