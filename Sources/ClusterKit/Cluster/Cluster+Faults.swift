internal import ChatKit

extension Cluster {
    func faultTable(of number: Int) -> JSON {
        let plan = settings.hosts == .netns ? faults.withoutCuts : faults
        return plan.table(of: number, others: nodes.values.map { ($0.number, $0.address) }.sorted { $0.0 < $1.0 })
    }

    /// Changes the faults and tells every node that listens. Who is stopped hears of it when it goes on.
    func change(_ body: (inout FaultPlan) -> Void) async throws {
        body(&faults)
        try await each(nodes.values.filter(\.answers).map(\.number)) { cluster, number in
            try await cluster.tellFaults(number)
        }
    }

    func tellFaults(_ number: Int) async throws {
        if settings.hosts == .netns { try await NetworkNamespaces.load(faults.rules(of: number), into: number) }
        try await call(number, "faults", [.init("set", faultTable(of: number))])
    }
}
