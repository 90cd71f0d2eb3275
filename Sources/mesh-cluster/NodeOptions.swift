import ArgumentParser
import ChatKit
import ClusterKit

extension Cluster.Hosts: ExpressibleByArgument {}

/// How the nodes of a cluster are made.
struct NodeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("TLS on the links of clusters that do not say.", valueName: "on|off"))
    var tls: OnOff = .on

    @Option(help: ArgumentHelp("Where the nodes listen.", valueName: "FROM-TO"))
    var ports: String?

    @Option(help: ArgumentHelp("The program mesh-node. Default: beside this one.", valueName: "PATH"))
    var node: String?

    @Option(
        help: ArgumentHelp("loopback, or netns: a host of its own for each node, by root.", valueName: "KIND"))
    var hosts = Cluster.Hosts.loopback

    /// The same for the keeper.
    var flags: [String] {
        ["--tls", tls.rawValue, "--hosts", hosts.rawValue] + (ports.map { ["--ports", $0] } ?? [])
            + (node.map { ["--node", $0] } ?? [])
    }

    /// - Throws: ``UserError`` 64, 69.
    func settings() throws(UserError) -> Cluster.Settings {
        var settings = Cluster.Settings(program: try NodeProgram.find(node))
        (settings.usesTLS, settings.hosts) = (tls == .on, hosts)
        if let ports {
            guard let range = PortFinder.range(ports) else {
                throw UserError(.usage, "--ports must be like 20000-20100")
            }
            settings.ports = range
        }
        return settings
    }
}
