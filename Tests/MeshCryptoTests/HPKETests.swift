import MeshCore
import MeshCrypto
import Testing

@Suite struct HPKETests {
    struct Vector: Decodable {
        struct Encryption: Decodable { let aad, ct, pt: HexBytes }
        struct Export: Decodable {
            let exporter_context, exported_value: HexBytes
            let L: Int
        }
        let mode, kem_id, kdf_id, aead_id: Int
        let info, skRm, pkRm, skEm, enc, exporter_secret: HexBytes
        let encryptions: [Encryption]
        let exports: [Export]
    }

    /// RFC 9180's own file: base mode with our suite, both ends.
    @Test(.needsVectors) func bothEndsAgreeWithRFC9180() throws {
        let vectors = try VectorFiles.decode("hpke/rfc9180_x25519_hkdfsha256.json", as: [Vector].self)
            .filter { $0.mode == 0 && $0.kem_id == 0x20 && $0.kdf_id == 1 && $0.aead_id == 3 }
        try #require(vectors.count == 1)
        let vector = vectors[0]
        let recipient = try #require(Bytes32(vector.pkRm.bytes))
        let sender = try #require(
            HPKE.setupSender(
                to: recipient, info: vector.info.bytes, ephemeral: SecretBytes(copying: vector.skEm.bytes)))
        let receiver = try #require(
            HPKE.setupReceiver(
                sender.encapsulated, publicKey: recipient, privateKey: SecretBytes(copying: vector.skRm.bytes),
                info: vector.info.bytes))
        #expect(sender.encapsulated.array == vector.enc.bytes)
        try checkExports(of: sender.schedule, vector)
        try checkExports(of: receiver, vector)
        checkEncryptions(sender.schedule, receiver, vector)
    }

    private func checkExports(of schedule: HPKEKeySchedule, _ vector: Vector) throws {
        let exporter = schedule.exporter
        #expect(exporter.equals(SecretBytes(copying: vector.exporter_secret.bytes)))
        for export in vector.exports {
            let value = HPKEKeySchedule.export(
                from: exporter, context: export.exporter_context.bytes, count: export.L)
            #expect(value.equals(SecretBytes(copying: export.exported_value.bytes)))
        }
        #expect(vector.exports.count == 3)
    }

    private func checkEncryptions(_ sender: HPKEKeySchedule, _ receiver: HPKEKeySchedule, _ vector: Vector) {
        var sealing = sender.makeContext()
        var opening = receiver.makeContext()
        for (number, encryption) in vector.encryptions.enumerated() {
            let sealed = sealing.seal(encryption.pt.bytes, authenticating: encryption.aad.bytes)
            let changed = opening.open(sealed, authenticating: encryption.aad.bytes + [0])
            let opened = opening.open(encryption.ct.bytes, authenticating: encryption.aad.bytes)
            #expect(sealed == encryption.ct.bytes, "encryption \(number)")
            #expect(changed == nil, "encryption \(number)")
            #expect(opened == encryption.pt.bytes, "encryption \(number)")
        }
        #expect(vector.encryptions.count == 257)
    }

    @Test func anotherInfoOrPrekeyOrPointGivesAnotherExporter() throws {
        let privateKey = SecretBytes.random(count: 32)
        let publicKey = X25519.publicKey(of: privateKey)
        let (encapsulated, schedule) = try #require(HPKE.setupSender(to: publicKey, info: [1]))
        let again = try #require(HPKE.setupSender(to: publicKey, info: [1]))
        #expect(!again.schedule.exporter.equals(schedule.exporter))
        func exporter(publicKey: Bytes32, privateKey: SecretBytes, info: [UInt8]) throws -> SecretBytes {
            try #require(
                HPKE.setupReceiver(encapsulated, publicKey: publicKey, privateKey: privateKey, info: info)
            ).exporter
        }
        #expect(try exporter(publicKey: publicKey, privateKey: privateKey, info: [1]).equals(schedule.exporter))
        #expect(try !exporter(publicKey: publicKey, privateKey: privateKey, info: [2]).equals(schedule.exporter))
        let other = SecretBytes.random(count: 32)
        let otherPublic = X25519.publicKey(of: other)
        #expect(try !exporter(publicKey: otherPublic, privateKey: other, info: [1]).equals(schedule.exporter))
        // Halves that do not belong together open nothing.
        #expect(try !exporter(publicKey: otherPublic, privateKey: privateKey, info: [1]).equals(schedule.exporter))
        #expect(try !exporter(publicKey: publicKey, privateKey: other, info: [1]).equals(schedule.exporter))
    }
}
