import Foundation
import MeshCore
import Testing

/// The `openssl` program as the other end: it knows nothing of our code.
enum OpenSSLTool {
    /// Where the fixtures of `certs/` are.
    static let certificates = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "certs")

    /// Runs it to its end; both outputs together.
    static func run(_ arguments: [String], input: Data = Data()) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        let (stdin, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, output, output)
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: input)
        try stdin.fileHandleForWriting.close()
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                let result = Result { try output.fileHandleForReading.readToEnd() ?? Data() }
                process.waitUntilExit()
                continuation.resume(with: result.map { String(decoding: $0, as: UTF8.self) })
            }
        }
    }

    /// `openssl s_server` on a free port.
    struct Server {
        let endpoint: Endpoint
        /// Pieces of its two outputs.
        let output: Journal<String>
        private let process: Process
        /// It ends when its input does.
        private let input: Pipe

        static func start(_ arguments: [String]) async throws -> Server {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/openssl")
            process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1"] + arguments
            let (input, pipe, output) = (Pipe(), Pipe(), Journal<String>())
            (process.standardInput, process.standardOutput, process.standardError) = (input, pipe, pipe)
            try process.run()
            // No `readabilityHandler`: a handler that takes itself away at the end crashes libdispatch now and then.
            Thread.detachNewThread {
                while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
                    output.append(String(decoding: data, as: UTF8.self))
                }
            }
            let endpoint = try await output.first { text in
                text.split(separator: "\n").compactMap { $0.hasPrefix("ACCEPT ") ? Endpoint($0.dropFirst(7)) : nil }
                    .first
            }
            return Server(endpoint: endpoint, output: output, process: process, input: input)
        }

        /// By force: with a terminal's signals blocked, as test runners have them, it would ignore SIGTERM.
        func stop() { kill(process.processIdentifier, SIGKILL) }
    }

    /// The private key of test identity 1 or 2 (see `certs/README.md`) as a file in `folder`.
    static func key(_ number: Int, in folder: URL) async throws -> String {
        let digest = try await run(
            ["dgst", "-sha256", "-r"], input: Data("mesh-node test identity \(number)".utf8))
        // RFC 8410: PKCS #8 around the 32 bytes.
        let hex = "302e020100300506032b657004220420" + digest.prefix(64)
        let der = folder.appending(path: "key\(number).der")
        try Data(stride(from: 0, to: hex.count, by: 2).map { UInt8(hex.dropFirst($0).prefix(2), radix: 16) ?? 0 })
            .write(to: der)
        return der.path
    }

    /// A new folder that is removed afterwards.
    static func withFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mesh-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }
}
