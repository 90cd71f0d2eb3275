package import ChatKit
internal import Foundation
internal import Glibc

/// Plays scenarios one after the other.
package struct ScenarioSuite: Sendable {
    let scenarios: [Scenario]
    let settings: Cluster.Settings
    let tell: @Sendable (ScenarioRun.Event) -> Void

    package init(
        _ scenarios: [Scenario], settings: Cluster.Settings, tell: @escaping @Sendable (ScenarioRun.Event) -> Void
    ) {
        (self.scenarios, self.settings, self.tell) = (scenarios, settings, tell)
    }

    package func play() async throws -> (passed: Int, failed: Int) {
        var (passed, failed) = (0, 0)
        for (index, scenario) in scenarios.enumerated() {
            let cluster = Cluster(try ClusterFolder("run-\(getpid())-\(index + 1)"), settings)
            if try await ScenarioRun(scenario, tell: tell).play(in: cluster) { passed += 1 } else { failed += 1 }
        }
        return (passed, failed)
    }
}

package enum ScenarioFile {
    /// - Throws: ``UserError`` 65.
    package static func read(_ path: String) throws(UserError) -> Scenario {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw UserError(.badData, "cannot read the scenario \(path.shown); scripts/scenarios holds some")
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw UserError(.badData, "\(path.shown) is no text in UTF-8")
        }
        return try Scenario(text, name: path)
    }
}

package enum NodeProgram {
    /// The path of the program that runs. Only before ``ProcessSetup/harden()``: then the system tells nobody any more.
    static var own: String { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path }

    /// The path of mesh-node: as told, or beside the program that runs.
    ///
    /// - Throws: ``UserError`` 69 when there is none.
    package static func find(_ told: String?) throws(UserError) -> String {
        let folder = URL(fileURLWithPath: own).deletingLastPathComponent()
        let path = told ?? folder.appendingPathComponent("mesh-node").path
        // Reason for unsafe: the path is passed as a C string that lives as long as the call.
        guard unsafe access(path, X_OK) == 0 else {
            throw UserError(
                .unavailable,
                "there is no program \(path.shown); build it with swift build --product mesh-node, or name it with "
                    + "--node PATH")
        }
        return path
    }
}
