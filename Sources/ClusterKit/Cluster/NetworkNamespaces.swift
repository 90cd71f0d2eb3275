package import ChatKit
internal import Glibc
internal import Subprocess

/// One host for each node: network namespaces on a bridge of their own, parted by nft.
///
/// All of it lives inside a namespace that only the process of the cluster and its children are in. When they are gone,
/// whatever ended them, the system takes everything with it: hosts, cables, rules and names.
package enum NetworkNamespaces {
    private static let mark = "MESH_CLUSTER_INSIDE"

    /// What a command begins with that is to hold a cluster of such hosts.
    package static let prefix = [
        "env", "\(mark)=1", "unshare", "--net", "--mount", "--propagation", "private", "--",
    ]

    package static var isInside: Bool { ChatKit.Environment.current[mark] != nil }

    /// - Throws: ``UserError`` 69 without the programs, 77 without root.
    package static func check() throws(UserError) {
        guard geteuid() == 0 else {
            throw UserError(
                .noPermission,
                "only root can make hosts of their own: try sudo, or --hosts loopback, which needs nobody")
        }
        let missing = ["ip", "nft", "unshare"].filter { name in
            // Reason for unsafe: the paths are passed as C strings that live as long as the calls.
            !["/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"].contains { unsafe access($0 + name, X_OK) == 0 }
        }
        guard missing.isEmpty else {
            throw UserError(
                .unavailable,
                "for hosts of their own \(missing.joined(separator: ", ")) is missing; install it with: "
                    + "apt-get install iproute2 nftables util-linux")
        }
    }

    /// Starts this program anew inside, with the same arguments. Returns only inside.
    ///
    /// - Throws: ``UserError`` as ``check()``, 73 when the system makes no namespace.
    package static func enter(_ arguments: [String]) throws(UserError) {
        guard !isInside else { return }
        try check()
        let words = prefix + [NodeProgram.own] + arguments
        // Reason for unsafe: `execvp` reads a list of C strings that ends with nil; it returns only when it fails, and
        // then the process ends, so nothing is left to free.
        var list = unsafe words.map { unsafe strdup($0) }
        unsafe list.append(nil)
        _ = unsafe execvp(words[0], list)
        throw UserError(.cannotCreate, "cannot make a network namespace: \(SystemError())")
    }

    static func address(of number: Int) -> String { "10.77.\(number / 250).\(number % 250 + 1)" }
    static func prefix(of number: Int) -> [String] { ["ip", "netns", "exec", NodeSelection.name(number)] }

    /// Where `ip` keeps the names of hosts; inside, a folder that nobody else sees.
    private static let names = "/run/netns"

    /// The bridge that the hosts are plugged into.
    static func prepare() async throws {
        try await run(["mkdir", "-p", names])
        try await run(["mount", "-t", "tmpfs", "mesh-cluster", names])
        try await batch(
            """
            link set lo up
            link add mesh0 type bridge
            link set mesh0 up

            """)
    }

    /// A host with a cable to the bridge.
    static func plug(_ number: Int) async throws {
        let name = NodeSelection.name(number)
        try await batch(
            """
            netns add \(name)
            link add veth\(number) type veth peer name eth0 netns \(name)
            link set veth\(number) master mesh0 up

            """)
        try await run(
            ["ip", "-n", name, "-batch", "-"],
            """
            addr add \(address(of: number))/16 brd + dev eth0
            link set eth0 up
            link set lo up

            """)
    }

    static func unplug(_ numbers: [Int]) async {
        try? await batch(numbers.map { "netns del \(NodeSelection.name($0))\n" }.joined() + "link del mesh0\n")
        try? await run(["umount", "--lazy", names])
    }

    /// Lets the host of a node drop what the plan says.
    static func load(_ rules: [String], into number: Int) async throws {
        let table = """
            table inet mesh
            delete table inet mesh
            table inet mesh {
            chain input {
            type filter hook input priority 0
            \(rules.joined(separator: "\n"))
            }
            }

            """
        try await run(prefix(of: number) + ["nft", "-f", "-"], table)
    }

    private static func batch(_ lines: String) async throws { try await run(["ip", "-batch", "-"], lines) }

    private static func run(_ words: [String], _ input: String = "") async throws {
        let result = try await Subprocess.run(
            Configuration(words), input: .string(input), output: .discarded, error: .string(limit: 65_536))
        guard case .exited(0) = result.terminationStatus else {
            let reason = result.standardError.split(separator: "\n").first.map { String($0).shown } ?? "no reason given"
            throw UserError(.cannotCreate, "\(words.prefix(4).joined(separator: " ")): \(reason)")
        }
    }
}

extension FaultPlan {
    /// The rules of nft for the host of a node: what must not come in.
    func rules(of node: Int) -> [String] {
        let cut = cuts.filter { $0.to == node }.map(\.from).sorted().map { NetworkNamespaces.address(of: $0) }
        let reset = resets.filter { $0.low == node || $0.high == node }
            .map { NetworkNamespaces.address(of: $0.low == node ? $0.high : $0.low) }.sorted()
        var rules: [String] = []
        if !cut.isEmpty { rules.append("ip saddr { \(cut.joined(separator: ", ")) } drop") }
        if !reset.isEmpty {
            rules.append("ip saddr { \(reset.joined(separator: ", ")) } meta l4proto tcp reject with tcp reset")
        }
        // No answer to who knocks; what was dialled from inside passes.
        if hidden.contains(node) { rules.append("tcp flags & (syn | ack) == syn drop") }
        return rules
    }

    /// The same plan without what nft does.
    var withoutCuts: FaultPlan {
        var plan = self
        (plan.cuts, plan.resets, plan.hidden) = ([], [], [])
        return plan
    }
}
