import MeshCore
import MeshCrypto
import Testing

@Suite struct CertificateTests {
    @Test func printsItself() throws {
        let seed = try #require(IdentitySeed(bytes: [UInt8](repeating: 7, count: 32)))
        let identity = IdentityKey(seed: seed)
        let certificate = NodeCertificate(of: identity)
        print(certificate.pem, certificate.der.count)
        #expect(try NodeCertificate.verify(der: certificate.der, expected: identity.publicKey) == identity.publicKey)
        let crypto = OpenSSLCryptography(seed: seed)
        let signature = crypto.sign([1, 2, 3])
        #expect(crypto.verify(signature, of: [1, 2, 3], by: crypto.publicKey))
        let (pk, sk) = crypto.makePrekey()
        let (enc, exporter) = try #require(crypto.setupSender(to: pk, info: [1]))
        let other = try #require(crypto.setupReceiver(enc, privateKey: sk, info: [1]))
        let key = crypto.makeMessageKey()
        let wrapped = crypto.wrap(key, with: crypto.export(from: exporter, context: [2]))
        let opened = try #require(crypto.unwrap(wrapped, with: crypto.export(from: other, context: [2])))
        #expect((opened as? SecretBytes)!.equals(key as! SecretBytes))
        let (contentKey, _) = crypto.contentKey(from: key, info: [])
        #expect(crypto.open(crypto.seal([9], with: contentKey, authenticating: [1]), with: contentKey, authenticating: [1]) == [9])
    }
}
