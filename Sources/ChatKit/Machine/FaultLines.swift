internal import MeshCore
internal import MeshTransport

// How the faults of a node in a test cluster stand in the lines of the machine interface.

extension MachineArguments {
    /// A list of objects, each with the address dialled and what is wrong with the way there.
    func faults(_ name: String) throws(MachineRefusal) -> FaultTable {
        guard let list = field(name)?.array else {
            throw MachineRefusal(.badArgument, "\"\(name)\" must be a list of faults; an empty one mends all")
        }
        var table = FaultTable()
        for value in list {
            let arguments = MachineArguments(value)
            guard let endpoint = Endpoint(try arguments.text("to")) else {
                throw MachineRefusal(.badArgument, "\"to\" must be host:port, an address that this node dials")
            }
            table.faults[endpoint] = try arguments.fault()
        }
        return table
    }

    private func fault() throws(MachineRefusal) -> LinkFault {
        var fault = LinkFault()
        fault.cutsOutward = try flag("cutOut")
        fault.cutsInward = try flag("cutIn")
        fault.hidesListener = try flag("hidden")
        fault.resets = try flag("resets")
        fault.delay = .milliseconds(try milliseconds("delayMs"))
        fault.jitter = .milliseconds(try milliseconds("jitterMs"))
        fault.loss = try share("loss")
        return fault
    }

    private func milliseconds(_ name: String) throws(MachineRefusal) -> Int {
        let value = try count(name) ?? 0
        guard value <= 3_600_000 else { throw MachineRefusal(.badArgument, "\"\(name)\" is more than an hour") }
        return value
    }

    private func share(_ name: String) throws(MachineRefusal) -> Double {
        guard let share = (field(name) ?? .integer(0)).double, (0..<1).contains(share) else {
            throw MachineRefusal(.badArgument, "\"\(name)\" must be a number from 0 to below 1")
        }
        return share
    }
}

extension MachineLine {
    /// In the order of the addresses; null for a node without faults enabled.
    static func faults(_ table: FaultTable?) -> JSON {
        guard let table else { return .null }
        let rows = table.faults.map { ($0.key.description, $0.value) }.sorted { $0.0 < $1.0 }
        return .array(
            rows.map { address, fault in
                .object([
                    .init("to", .string(address)), .init("cutOut", .bool(fault.cutsOutward)),
                    .init("cutIn", .bool(fault.cutsInward)), .init("hidden", .bool(fault.hidesListener)),
                    .init("resets", .bool(fault.resets)), .init("delayMs", .integer(fault.delay.microseconds / 1_000)),
                    .init("jitterMs", .integer(fault.jitter.microseconds / 1_000)), .init("loss", .number(fault.loss)),
                ])
            })
    }
}
