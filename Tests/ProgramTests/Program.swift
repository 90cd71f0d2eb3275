import ChatKit
import Foundation
import Glibc
import Synchronization

/// One running program: its standard streams as lines that a test can wait for.
final class Program: Sendable {
    enum Stream: Sendable { case output, notices }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var lines: [Stream: [String]] = [.output: [], .notices: []]
        var ended: Set<Stream> = []
        var status: Int32?
        var waiters: [UUID: @Sendable (borrowing State) -> Bool] = [:]
        var wake: [UUID: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())
    private let input = Pipe()
    private let process = Process()

    /// Programs lie beside the test bundle.
    static func path(_ name: String) -> String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent(name).path
    }

    init(_ name: String, _ arguments: [String], home: String, environment: [String: String] = [:]) throws {
        process.executableURL = URL(fileURLWithPath: Self.path(name))
        process.arguments = arguments
        var variables = ["HOME": home, "PATH": "/usr/bin:/bin"]
        variables.merge(environment) { $1 }
        process.environment = variables
        process.standardInput = input
        let (output, notices) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = notices
        process.terminationHandler = { [weak self] process in
            self?.change {
                $0.status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            }
        }
        read(output, .output)
        read(notices, .notices)
        try process.run()
    }

    deinit { if process.isRunning { _ = kill(process.processIdentifier, SIGKILL) } }

    /// A thread per stream reads to its end; it keeps the pipe open meanwhile.
    private func read(_ pipe: Pipe, _ stream: Stream) {
        Thread.detachNewThread { [weak self] in
            var splitter = LineSplitter(limit: 1 << 24)
            while let chunk = try? Descriptor.read(pipe.fileHandleForReading.fileDescriptor) {
                let lines = splitter.append(chunk)
                self?.change { state in
                    for case .complete(let bytes) in lines {
                        state.lines[stream, default: []].append(String(decoding: bytes, as: UTF8.self))
                    }
                }
            }
            self?.change { _ = $0.ended.insert(stream) }
        }
    }

    /// Applies a change and wakes whoever waited for it.
    private func change(_ body: (inout State) -> Void) {
        let woken = state.withLock { state in
            body(&state)
            let ready = state.waiters.filter { $0.value(state) }.map(\.key)
            return ready.compactMap { id in
                state.waiters[id] = nil
                return state.wake.removeValue(forKey: id)
            }
        }
        woken.forEach { $0.resume() }
    }

    /// Suspends until the condition holds or the limit has passed.
    private func wait(_ limit: Duration, _ condition: @escaping @Sendable (borrowing State) -> Bool) async {
        let id = UUID()
        let alarm = Task {
            try await Task.sleep(for: limit)
            let late = state.withLock { state in
                state.waiters[id] = nil
                return state.wake.removeValue(forKey: id)
            }
            late?.resume()
        }
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                guard !condition(state) else { return true }
                (state.waiters[id], state.wake[id]) = (condition, continuation)
                return false
            }
            if isReady { continuation.resume() }
        }
        alarm.cancel()
    }

    // MARK: What tests do

    func type(_ line: String) { try? input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }
    func write(_ bytes: [UInt8]) { try? input.fileHandleForWriting.write(contentsOf: Data(bytes)) }
    func closeInput() { try? input.fileHandleForWriting.close() }
    func send(signal: Int32) { _ = kill(process.processIdentifier, signal) }

    func lines(_ stream: Stream) -> [String] { state.withLock { $0.lines[stream] ?? [] } }

    /// The first line, from the `from`-th on, that holds `part`.
    @discardableResult
    func line(
        _ stream: Stream, containing part: String, from: Int = 0, within limit: Duration = .seconds(30)
    ) async throws -> String {
        try await line(stream, from: from, within: limit, part) { $0.contains(part) }
    }

    func line(
        _ stream: Stream, from: Int = 0, within limit: Duration = .seconds(30), _ what: String,
        where matches: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        await wait(limit) { state in
            state.ended.contains(stream) || state.lines[stream]?.dropFirst(from).contains(where: matches) == true
        }
        if let line = lines(stream).dropFirst(from).first(where: matches) { return line }
        throw Missing(
            description:
                "no line \"\(what)\"; output: \(lines(.output).suffix(8)), notices: \(lines(.notices).suffix(8))")
    }

    /// The exit status, negative for a signal; also waits for the last lines.
    func exitStatus(within limit: Duration = .seconds(30)) async throws -> Int32 {
        await wait(limit) { $0.status != nil && $0.ended.count == 2 }
        guard let status = state.withLock({ $0.status }) else { throw Missing(description: "the program goes on") }
        return status
    }
}

extension Program {
    /// Runs a program to its end with `input` as all of its standard input.
    static func run(
        _ name: String, _ arguments: [String], home: String, environment: [String: String] = [:], input: String = ""
    ) async throws -> (status: Int32, output: [String], notices: [String]) {
        let program = try Program(name, arguments, home: home, environment: environment)
        program.write(Array(input.utf8))
        program.closeInput()
        let status = try await program.exitStatus()
        return (status, program.lines(.output), program.lines(.notices))
    }
}

/// A home folder of one person, removed when the test is over.
final class Home: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "mesh-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var configuration: String { path + "/.config/mesh-chat" }
    var state: String { path + "/.local/state/mesh-chat" }

    func write(_ text: String, to file: String, mode: Int = 0o600) throws {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        _ = FileManager.default.createFile(
            atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    }
}

/// Flags of every node in these tests: loopback, any port, nobody else.
let loopback = ["--bind", "127.0.0.1", "--port", "0", "--no-discovery"]
