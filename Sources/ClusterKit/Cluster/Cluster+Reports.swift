internal import ChatKit
internal import Foundation
internal import Subprocess

extension Cluster {
    func show(_ report: Step.Report, _ numbers: [Int]) async throws -> [String] {
        var lines: [String] = report == .ps ? [ProcessTable.head] : []
        for number in numbers {
            let node = try node(number)
            if report == .ps {
                lines.append(ProcessTable.line(node))
            } else {
                if numbers.count > 1 { lines.append("\(node.name):") }
                lines += try await execute(number, [report.rawValue])
            }
        }
        return lines
    }

    /// The map of one node that answers: they all see the same.
    func graph(file: String?) async throws -> [String] {
        guard let node = nodes.values.filter(\.answers).min(by: { $0.number < $1.number }) else {
            throw UserError(.unavailable, "no node runs that could tell")
        }
        guard let file else { return try await execute(node.number, ["graph"]) }
        let answer = try await call(node.number, "graph")
        let picture = GraphPicture(answer, nodes: nodes.values.sorted { $0.number < $1.number }, cluster: folder.name)
        try write(picture.document, to: file)
        return ["written to \(file)"]
    }

    /// Runs a command of mesh-node about a node.
    func execute(_ number: Int, _ arguments: [String]) async throws -> [String] {
        let node = try node(number)
        let own =
            ["id", "cert", "keygen"].contains(arguments.first)
            ? ["--config", node.folder] : ["--control", node.socket]
        let result = try await Subprocess.run(
            Configuration([settings.program] + arguments + own), input: .none, output: .string(limit: 1 << 26),
            error: .string(limit: 1 << 20))
        let text = result.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
        guard case .exited(0) = result.terminationStatus else {
            let reason = result.standardError.split(separator: "\n").map(String.init)
            throw StepFailure(
                expected: "\(node.name): mesh-node \(arguments.joined(separator: " "))",
                found: reason.isEmpty ? ["it ended: \(result.terminationStatus)"] : reason)
        }
        return text.last == "" ? text.dropLast().map(String.init) : text.map(String.init)
    }

    /// Every node's certificate as `NODE.pem`, and `keys` with their public keys.
    func certificates(to path: String) async throws -> [String] {
        try Folder.prepare(path)
        var keys = ""
        for number in nodes.keys.sorted() {
            let node = try node(number)
            let pem = try await execute(number, ["cert"])
            try write(pem.joined(separator: "\n") + "\n", to: "\(path)/\(node.name).pem")
            keys += "\(node.name) \(node.key)\n"
        }
        try write(keys, to: "\(path)/keys")
        return ["\(nodes.count) certificates in \(path)"]
    }

    private func write(_ text: String, to path: String) throws(UserError) {
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
            throw UserError(.cannotCreate, "cannot write \(path.shown); is the folder there, and yours?")
        }
    }
}

/// The processes of a cluster as a table.
enum ProcessTable {
    static let head = "NODE     PID      STATE    TLS  MEMORY     ADDRESS"

    static func line(_ node: ClusterNode) -> String {
        let state = node.isAlive ? node.isStopped ? "stopped" : "running" : "ended"
        let identifier = node.isAlive ? node.process.map { "\($0.identifier)" } ?? "-" : "-"
        let memory = node.isAlive ? node.process.flatMap { ProcessMemory.proportional($0.identifier) } : nil
        let cells = [
            (node.name, 8), (identifier, 8), (state, 8), (node.usesTLS ? "on" : "off", 4),
            (memory.map { "\($0 / 1_024) MiB" } ?? "-", 10), (node.address, 0),
        ]
        return cells.map { text, width in text + String(repeating: " ", count: max(0, width - text.count)) }
            .joined(separator: " ")
    }
}

enum ProcessMemory {
    /// KiB, with shared pages divided among those who share them; where only root may know that, all resident ones.
    static func proportional(_ process: Int32) -> Int? {
        field("Pss:", of: "/proc/\(process)/smaps_rollup") ?? field("VmRSS:", of: "/proc/\(process)/status")
    }

    private static func field(_ name: String, of path: String) -> Int? {
        guard let content = FileManager.default.contents(atPath: path) else { return nil }
        let line = String(decoding: content, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
}
