import Foundation
import MeshCore
import MeshCrypto
import MeshTransport
import Testing

/// Each bad certificate, no certificate and the wrong protocol, presented by the `openssl` program: refused, the
/// reason told at both ends, and not one byte of the mesh's own sent.
@Suite(.timeLimit(.minutes(2)))
struct CertificateTests {
    private static func connect(_ end: TransportEnd, _ arguments: [String]) async throws -> String {
        try await OpenSSLTool.run(
            ["s_client", "-connect", end.endpoint.description, "-ign_eof"] + arguments)
    }

    private static let modern = ["-alpn", "mesh/1", "-tls1_3"]

    @Test func aNodeShowsTLS13AndTheOneCertificateOfItsIdentity() async throws {
        let end = try await TransportEnd.start(seed: 1)
        let output = try await Self.connect(end, Self.modern + ["-showcerts"])
        #expect(output.contains("TLSv1.3"))
        #expect(output.contains("ALPN protocol: mesh/1"))
        #expect(output.contains("TLS_CHACHA20_POLY1305_SHA256"))
        #expect(output.contains("Peer signature type: ed25519"))
        #expect(output.contains("Server Temp Key: X25519"))
        let certificates = output.components(separatedBy: "-----BEGIN CERTIFICATE-----").count - 1
        // `-showcerts` prints the chain, and s_client prints the leaf once more.
        #expect(certificates == 2 || certificates == 1)
        let own = NodeCertificate(of: try TransportEnd.cryptography(1).identity)
        #expect(output.contains(own.pem))
    }

    @Test func theGoodCertificateIsLetIn() async throws {
        let end = try await TransportEnd.start(seed: 1)
        try await OpenSSLTool.withFolder { folder in
            let key = try await OpenSSLTool.key(1, in: folder)
            let arguments = try Self.modern + Self.present("good.pem", key, folder)
            async let output = Self.connect(end, arguments)
            let (link, info) = try await end.linkUp()
            try await end.order { $0.close(link, .quit) }
            #expect(try await output.contains("Verification error: self-signed certificate") == true)
            let subject = try await OpenSSLTool.run(
                ["x509", "-noout", "-subject", "-in", Self.path("good.pem")])
            #expect(subject.contains(try #require(info.certificateKey).hex))
        }
    }

    @Test(arguments: [
        ("wrong-key.pem", 2, "its contents do not follow from its key"),
        ("expired.pem", 1, "its contents do not follow from its key"),
        ("chain-of-two.pem", 1, "2 certificates were sent instead of one"),
    ])
    func aBadCertificateIsRefusedAndBothEndsAreToldWhy(file: String, key: Int, reason: String) async throws {
        let end = try await TransportEnd.start(seed: 1)
        try await OpenSSLTool.withFolder { folder in
            let key = try await OpenSSLTool.key(key, in: folder)
            let output = try await Self.connect(end, try Self.modern + Self.present(file, key, folder))
            #expect(output.contains("alert bad certificate"))
            #expect(try await end.rejections.first { $0.reason } == .badIdentity)
            _ = try await end.log.first { $0.contains(reason) ? true : nil }
            #expect(end.inputs.entries.isEmpty)
        }
    }

    @Test(arguments: [
        ("wrong-key.pem", 2, "its contents do not follow from its key"),
        ("chain-of-two.pem", 1, "2 certificates were sent instead of one"),
    ])
    func aBadCertificateOfWhoWasDialledIsRefused(file: String, key: Int, reason: String) async throws {
        let end = try await TransportEnd.start(seed: 1)
        try await OpenSSLTool.withFolder { folder in
            let key = try await OpenSSLTool.key(key, in: folder)
            let arguments = try Self.modern + Self.present(file, key, folder)
            let server = try await OpenSSLTool.Server.start(["-Verify", "1"] + arguments)
            let link = try await end.dial(server.endpoint)
            #expect(try await end.linkDown(link) == .badCertificate(reason))
            _ = try await server.output.first { $0.contains("alert bad certificate") ? true : nil }
            server.stop()
        }
    }

    @Test func anRSACertificateIsRefused() async throws {
        let end = try await TransportEnd.start(seed: 1)
        try await OpenSSLTool.withFolder { folder in
            let (key, certificate) = (folder.appending(path: "key").path, folder.appending(path: "certificate").path)
            _ = try await OpenSSLTool.run([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=rsa", "-keyout", key, "-out",
                certificate,
            ])
            let output = try await Self.connect(end, Self.modern + ["-cert", certificate, "-key", key])
            // A client that has no Ed25519 key sends no certificate at all.
            #expect(output.contains("alert certificate required") || output.contains("alert bad certificate"))
            #expect(try await end.rejections.first { $0.reason } == .badIdentity)
            #expect(end.inputs.entries.isEmpty)
        }
    }

    @Test func whoSendsNoCertificateIsRefused() async throws {
        let end = try await TransportEnd.start(seed: 1)
        let output = try await Self.connect(end, Self.modern)
        #expect(output.contains("alert certificate required"))
        #expect(try await end.rejections.first { $0.reason } == .badIdentity)
        _ = try await end.log.first { $0.contains("the peer sent no certificate") ? true : nil }
        #expect(end.inputs.entries.isEmpty)
    }

    @Test(arguments: [["-alpn", "h2"], []]) func whoDoesNotSpeakOurProtocolIsRefused(alpn: [String]) async throws {
        let end = try await TransportEnd.start(seed: 1)
        try await OpenSSLTool.withFolder { folder in
            let key = try await OpenSSLTool.key(1, in: folder)
            let output = try await Self.connect(end, try ["-tls1_3"] + alpn + Self.present("good.pem", key, folder))
            if !alpn.isEmpty { #expect(output.contains("alert no application protocol")) }
            _ = try await end.log.first { line in
                line.contains("does not speak mesh/1") || line.contains("no application protocol") ? true : nil
            }
            #expect(end.inputs.entries.isEmpty)
        }
    }

    @Test func anOlderTLSIsRefused() async throws {
        let end = try await TransportEnd.start(seed: 1)
        let output = try await Self.connect(end, ["-alpn", "mesh/1", "-tls1_2"])
        #expect(output.contains("alert protocol version"))
        _ = try await end.log.first { $0.contains("the peer offers no TLS 1.3") ? true : nil }
        #expect(end.inputs.entries.isEmpty)
    }

    /// Shows the first certificate of the file, and any that follow it as its chain.
    private static func present(_ file: String, _ key: String, _ folder: URL) throws -> [String] {
        let pem = try String(contentsOf: OpenSSLTool.certificates.appending(path: file), encoding: .utf8)
        let end = "-----END CERTIFICATE-----\n"
        let rest = pem.components(separatedBy: end).dropFirst().joined(separator: end)
        let arguments = ["-cert", path(file), "-key", key, "-keyform", "DER"]
        guard rest.contains("BEGIN") else { return arguments }
        let chain = folder.appending(path: "chain.pem")
        try rest.write(to: chain, atomically: false, encoding: .utf8)
        return arguments + ["-cert_chain", chain.path]
    }

    private static func path(_ file: String) -> String { OpenSSLTool.certificates.appending(path: file).path }
}
