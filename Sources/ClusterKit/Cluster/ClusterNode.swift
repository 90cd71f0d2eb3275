internal import ChatKit

/// One node of a cluster: what stays the same across its restarts, and the process while there is one.
struct ClusterNode: Sendable {
    let number: Int
    /// Profile, log and socket.
    let folder: String
    /// 64 hex digits.
    let key: String
    /// Where it listens and others dial it.
    let address: String
    let host: String
    let port: UInt16
    var usesTLS: Bool
    /// Of whom it knows from the start: `KEY@host:port`.
    var seeds: [String]
    /// What its command begins with: another network namespace.
    var prefix: [String] = []
    var process: NodeProcess?
    var isStopped = false

    var name: String { NodeSelection.name(number) }
    var contact: String { "\(key)@\(address)" }
    var socket: String { folder + "/control.sock" }
    var log: String { folder + "/log" }
    var control: NodeControl { NodeControl(path: socket) }
    var isAlive: Bool { process?.isAlive == true }
    /// Alive and able to answer.
    var answers: Bool { isAlive && !isStopped }

    /// The arguments of `mesh-node run`.
    func arguments(isOpen: Bool, faults: JSON, discovers: Bool) -> [String] {
        var arguments = [
            "run", "--config", folder, "--control", socket, "--nick", name, "--bind", host, "--port", "\(port)",
            "--tls", usesTLS ? "on" : "off", "--enable-faults", "--faults", faults.line,
            "--log-level", "info", "--log-file", log,
        ]
        if !discovers { arguments.append("--no-discovery") }
        if !isOpen { arguments.append("--invite-only") }
        return arguments + seeds.flatMap { ["--seed", $0] }
    }
}
