internal import ChatKit
internal import Glibc
internal import MeshCore
internal import MeshCrypto

/// A cluster of real nodes on this machine, each a process of its own, driven over their control sockets.
///
/// Everything ends with this process: the nodes because the system kills them then, the folder with the next start.
package actor Cluster {
    package enum Hosts: String, Sendable, CaseIterable {
        /// All on 127.0.0.1, each with a port of its own; the nodes themselves break their links.
        case loopback
        /// Each on a host of its own; see ``NetworkNamespaces``.
        case netns
    }

    package struct Settings: Sendable {
        /// The program `mesh-node`.
        package var program: String
        /// For clusters that do not say.
        package var usesTLS = true
        package var ports = PortFinder.standard
        package var hosts = Hosts.loopback

        package init(program: String) { self.program = program }
    }

    package let folder: ClusterFolder
    let settings: Settings
    var nodes: [Int: ClusterNode] = [:]
    var faults = FaultPlan()
    var isOpen = false
    var usesTLS: Bool
    private var ports: PortFinder
    private var random: SeededGenerator
    /// How many each member has invited.
    var invitations: [Int: Int] = [:]
    /// Nodes look for others on the local net.
    private var discovers = false

    package init(_ folder: ClusterFolder, _ settings: Settings) {
        (self.folder, self.settings, usesTLS) = (folder, settings, settings.usesTLS)
        ports = PortFinder(settings.ports)
        random = SeededGenerator(seed: UInt64.random(in: 0 ... .max))
    }

    // MARK: Nodes

    /// Brings up nodes 1 to N and waits until all see the same.
    func up(_ options: UpOptions) async throws {
        guard nodes.isEmpty else {
            throw UserError(.usage, "this cluster is up; start more nodes with start, or end it with down first")
        }
        if let seed = options.randomSeed { random = SeededGenerator(seed: seed) }
        guard options.topology != .lan || settings.hosts == .netns else {
            throw UserError(.usage, "finding each other on the local net takes hosts of their own: add --hosts netns")
        }
        (isOpen, usesTLS) = (options.isOpen, options.usesTLS ?? settings.usesTLS)
        discovers = options.topology == .lan
        if settings.hosts == .netns { try await NetworkNamespaces.prepare() }
        let numbers = Array(1...options.count)
        for number in numbers {
            try await create(number, seeds: options.topology.seed(of: number, &random).map { [$0] } ?? [])
        }
        try await launch(1)
        if !isOpen {
            try await call(1, "network", [.init("action", .string("new")), .init("name", .string(folder.name))])
        }
        try await admit(Array(numbers.dropFirst()), options.limit)
        try await wait(numbers, [.count(.online, .equal, options.count), .agree], options.limit)
    }

    /// Starts nodes that are new; in a closed network somebody invites them first.
    func start(_ numbers: [Int], _ options: StartOptions) async throws {
        if let known = numbers.first(where: { nodes[$0] != nil }) {
            throw UserError(.usage, "\(NodeSelection.name(known)) is there already; use restart")
        }
        let member = nodes.values.filter(\.answers).map(\.number).min()
        let seeds = try options.seeds.map(select) ?? member.map { [$0] } ?? []
        for number in numbers {
            try await create(number, seeds: seeds)
            if let security = options.security {
                nodes[number]?.usesTLS = security == .other ? !usesTLS : security == .on
            }
            if options.isHidden { try await change { $0.hidden.insert(number) } }
            if !isOpen, !options.isUninvited, let member = voucher { try await invite(number, by: member) }
        }
        try await each(numbers) { cluster, number in try await cluster.launch(number) }
    }

    /// Gives a node its folder, identity and port.
    private func create(_ number: Int, seeds: [Int]) async throws {
        let path = folder.node(number)
        try Folder.prepare(path)
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        guard let seed = IdentitySeed(bytes: bytes) else { preconditionFailure("an identity has 32 bytes") }
        try IdentityFile.create(path + "/identity.key", seed)
        let isAlone = settings.hosts == .netns
        let host = isAlone ? NetworkNamespaces.address(of: number) : "127.0.0.1"
        let port = isAlone ? 9_000 : try ports.find(on: host)
        if isAlone { try await NetworkNamespaces.plug(number) }
        nodes[number] = ClusterNode(
            number: number, folder: path, key: IdentityKey(seed: seed).publicKey.hex, address: "\(host):\(port)",
            host: host, port: port, usesTLS: usesTLS, seeds: seeds.compactMap { nodes[$0]?.contact },
            prefix: isAlone ? NetworkNamespaces.prefix(of: number) : [])
    }

    /// Starts the process of a node that has none, and returns once it listens.
    func launch(_ number: Int) async throws {
        guard let node = nodes[number], !node.isAlive else { return }
        let arguments = node.arguments(isOpen: isOpen, faults: faultTable(of: number), discovers: discovers)
        let process = try await NodeProcess.start(
            .init(program: settings.program, arguments: arguments, log: node.log, prefix: node.prefix))
        nodes[number]?.process = process
        nodes[number]?.isStopped = false
        guard await process.firstLine() != nil else {
            throw StepFailure(expected: "\(node.name) starts", found: [LogTail.last(1, of: node.log).joined()])
        }
    }

    func restart(_ numbers: [Int]) async throws {
        try await kill(numbers.filter { nodes[$0]?.isAlive == true }, isHard: false)
        try await each(numbers) { cluster, number in try await cluster.launch(number) }
    }

    /// Returns when they are gone.
    func kill(_ numbers: [Int], isHard: Bool) async throws {
        if isHard {
            for number in numbers { nodes[number]?.process?.send(SIGKILL) }
            for number in numbers { await nodes[number]?.process?.waitForEnd() }
        } else {
            let late = await end(numbers, within: Self.goodbyeTime)
            guard late.isEmpty else {
                throw StepFailure(
                    expected: "a goodbye within \(Self.goodbyeTime.components.seconds) s of SIGTERM",
                    found: late.map { "\(NodeSelection.name($0)) had to be killed; see: mesh-cluster logs" })
            }
        }
    }

    /// A full disk or a busy machine may take some of it.
    private static let goodbyeTime: Duration = .seconds(30)

    /// Lets nodes say goodbye and returns when they are gone. Who has not ended after `limit` is killed, and returned.
    private func end(_ numbers: [Int], within limit: Duration) async -> [Int] {
        for number in numbers { nodes[number]?.process?.send(SIGTERM) }
        // Who is stopped says goodbye only after waking up.
        resume(numbers)
        let reaper = Task { () -> [Int] in
            do { try await Task.sleep(for: limit) } catch { return [] }
            let late = numbers.filter { nodes[$0]?.isAlive == true }
            for number in late { nodes[number]?.process?.send(SIGKILL) }
            return late
        }
        for number in numbers { await nodes[number]?.process?.waitForEnd() }
        reaper.cancel()
        return await reaper.value
    }

    func stop(_ numbers: [Int]) {
        for number in numbers {
            nodes[number]?.process?.send(SIGSTOP)
            nodes[number]?.isStopped = true
        }
    }

    func resume(_ numbers: [Int]) {
        for number in numbers {
            nodes[number]?.process?.send(SIGCONT)
            nodes[number]?.isStopped = false
        }
    }

    /// Ends all nodes and removes everything. Whoever has not said goodbye after three seconds is killed.
    package func down() async {
        _ = await end(nodes.values.filter(\.isAlive).map(\.number), within: .seconds(3))
        if settings.hosts == .netns { await NetworkNamespaces.unplug(nodes.keys.sorted()) }
        nodes = [:]
        folder.remove()
    }

    // MARK: For the steps

    /// The nodes that are meant.
    ///
    /// - Throws: ``UserError`` 64 for one that is not there, 69 when there is none at all.
    func select(_ selection: NodeSelection) throws(UserError) -> [Int] {
        guard !nodes.isEmpty else {
            throw UserError(.unavailable, "the cluster has no nodes yet; start some with: up 3")
        }
        guard case .these(let numbers) = selection else { return nodes.keys.sorted() }
        if let unknown = numbers.first(where: { nodes[$0] == nil }) { throw missing(unknown) }
        return numbers
    }

    /// The node of that number.
    func node(_ number: Int) throws(UserError) -> ClusterNode {
        guard let node = nodes[number] else { throw missing(number) }
        return node
    }

    private func missing(_ number: Int) -> UserError {
        UserError(
            .usage,
            NodeSelection.missing(number, among: nodes.keys.sorted())
                + ", and start \(NodeSelection.name(number)) makes it")
    }

    /// Asks a node something; a refusal is a failure of the step.
    @discardableResult
    func call(_ number: Int, _ command: String, _ fields: [JSON.Member] = []) async throws -> JSON {
        let node = try node(number)
        do {
            return try await node.control.call(command, fields)
        } catch .refused(let code, let reason) {
            throw StepFailure(expected: "\(node.name) does \(command)", found: ["\(node.name): \(reason) (\(code))"])
        } catch {
            let why = node.isAlive ? node.isStopped ? "it is stopped" : "\(error)" : "it does not run"
            throw StepFailure(expected: "\(node.name) does \(command)", found: ["\(node.name) does not answer: \(why)"])
        }
    }

    /// Does the same with several nodes at once.
    func each(
        _ numbers: [Int], _ body: @escaping @Sendable (isolated Cluster, Int) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in numbers { group.addTask { try await body(self, number) } }
            try await group.waitForAll()
        }
    }
}

extension Topology {
    /// Whom a node dials first.
    func seed(of number: Int, _ random: inout SeededGenerator) -> Int? {
        guard number > 1 else { return nil }
        switch self {
        case .lan: return nil
        case .star: return 1
        case .chain: return number - 1
        case .random: return Int.random(in: 1..<number, using: &random)
        }
    }
}
