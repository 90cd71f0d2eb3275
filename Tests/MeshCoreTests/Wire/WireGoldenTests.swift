import MeshCore
import MeshCrypto
import Testing

/// Our bytes against those of an independent encoder, see Tests/Interop/make_golden.py.
struct WireGoldenTests {
    private static func golden() throws -> [String: [UInt8]] {
        var golden: [String: [UInt8]] = [:]
        for line in try GoldenFile.lines("wire.txt") {
            let parts = line.split(separator: " ")
            let bytes: [UInt8] = try #require(Hex.decode(parts[1]))
            golden[String(parts[0])] = bytes
        }
        return golden
    }

    @Test func everyValueHasTheBytesOfTheIndependentEncoder() throws {
        var golden = try Self.golden()
        #expect(golden.removeValue(forKey: "header/group") == WireValues.header.encoded())
        #expect(golden.removeValue(forKey: "header/direct") == WireValues.directHeader.encoded())
        #expect(WireValues.header.encoded().count == 131 && WireValues.directHeader.encoded().count == 163)
        for sample in WireSample.golden {
            let bytes = golden.removeValue(forKey: sample.name)
            #expect(bytes == sample.bytes, "\(sample.name)")
            #expect(bytes.map(sample.isDecoded) == true, "\(sample.name)")
        }
        #expect(golden.keys.sorted() == [], "golden values that no sample stands for")
    }

    @Test func everyKindOfMessageIsGolden() throws {
        let kinds = WireSample.golden.compactMap { try? Message(decoding: $0.bytes) }.map(\.kind)
        #expect(Set(kinds).isSuperset(of: 0...17))
    }

    @Test func signaturesOfTheIndependentSignerVerify() throws {
        let golden = try Self.golden()
        let crypto = WireValues.carol
        func operation(_ name: String) throws -> Operation { try Operation(decoding: try #require(golden[name])) }
        func message(_ name: String) throws -> Message { try Message(decoding: try #require(golden[name])) }

        let genesis = try Signed(decoding: try #require(golden["genesis/refounded"]))
        #expect(try Genesis.verified(genesis, in: WireValues.network, with: crypto) == WireValues.refounded)
        for name in ["operation/invite", "operation/revoke", "operation/revoke/bare"] {
            _ = try VerifiedOperation.verify(try operation(name), in: WireValues.network, with: crypto)
        }
        if case .hello(let signed) = try message("hello/tls") {
            #expect(try Hello.verified(signed, in: WireValues.network, with: crypto) == WireValues.tlsHello)
        }
        if case .welcome(let signed) = try message("welcome/newcomer") {
            #expect(try Welcome.verified(signed, in: WireValues.network, with: crypto) == WireValues.newcomerWelcome)
        }
        if case .routed(let routed) = try message("routed/response") {
            let response = try SyncResponse.verified(routed.item.signed, in: WireValues.network, with: crypto)
            #expect(response == WireValues.response)
        }
    }

    @Test func aSignatureIsGoodUnderItsOwnLabelAndNetworkOnly() throws {
        let crypto = WireValues.carol
        let signed = WireValues.invitation.signed
        #expect(throws: VerificationError.badSignature) {
            try Invite.verified(signed, in: WireValues.hash(1), with: crypto)
        }
        // The same body under another label: an Ack of equal length would read it, were it not for the label.
        let ack = WireValues.sign(WireValues.ack, WireValues.bob)
        #expect(throws: VerificationError.self) {
            try VerifiedOperation.verify(.invite(ack), in: WireValues.network, with: crypto)
        }
        var changed = signed.body
        changed[changed.count - 1] ^= 1
        #expect(throws: VerificationError.badSignature) {
            let forged = Signed(body: changed, signature: signed.signature)
            return try Invite.verified(forged, in: WireValues.network, with: crypto)
        }
    }
}
