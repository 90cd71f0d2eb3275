internal import ChatKit
internal import Foundation
internal import Subprocess

/// The logs of a cluster's nodes, for people: `tail` knows how to show several files as they grow.
package struct ClusterLogs: Sendable {
    private let folder: String
    private let name: String

    package init(cluster name: String) { (self.name, folder) = (name, ClusterFolder.path(of: name)) }

    /// - Throws: ``UserError`` 64, 69.
    package func show(_ selection: String, follows: Bool) async throws {
        guard let chosen = NodeSelection(selection) else {
            throw UserError(.usage, "\"\(selection.shown)\" names no nodes; write node1, node2..5 or all")
        }
        let all = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .compactMap { NodeSelection.number($0) }.sorted()
        guard !all.isEmpty else { throw ClusterFolder.notRunning(name) }
        let numbers = if case .these(let numbers) = chosen { numbers } else { all }
        if let missing = numbers.first(where: { !all.contains($0) }) {
            throw UserError(.usage, NodeSelection.missing(missing, among: all))
        }
        let files = numbers.map { "\(folder)/\(NodeSelection.name($0))/log" }
        _ = try await Subprocess.run(
            Configuration(["tail"] + (follows ? ["--follow=name"] : []) + ["--lines=20"] + files), input: .none,
            output: .currentStandardOutput, error: .currentStandardError)
    }
}
