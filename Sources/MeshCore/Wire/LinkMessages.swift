/// Sent every 500 ms over each open link: the pulse that phi listens to, and a round-trip probe.
package struct Heartbeat: Sendable, Equatable, WireValue {
    /// The sender's own clock, any origin, in microseconds.
    package var sent: UInt64
    /// `sent` of the peer's last heartbeat, 0 before the first.
    package var echo: UInt64
    /// Microseconds between receiving that heartbeat and sending this one.
    package var held: UInt32

    package init(sent: UInt64, echo: UInt64, held: UInt32) {
        (self.sent, self.echo, self.held) = (sent, echo, held)
    }

    package init(from reader: inout WireReader) throws(WireError) {
        self.init(sent: try reader.read(), echo: try reader.read(), held: try reader.read())
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(sent)
        writer.write(echo)
        writer.write(held)
    }
}

/// The last word on a link.
package struct LeaveNotice: Sendable, Equatable, WireValue {
    package enum Reason: UInt32, Sendable, CaseIterable {
        /// The node stops.
        case quit = 0
        /// The link is not needed by the topology rules.
        case shed = 1
        /// Another link between the same two nodes stays.
        case duplicate = 2
        /// The peer is no longer a member here.
        case notMember = 3
        /// Something the peer sent was refused.
        case protocolViolation = 4
    }

    package var reason: Reason

    package init(reason: Reason) { self.reason = reason }

    package init(from reader: inout WireReader) throws(WireError) {
        let tag = try reader.read(UInt32.self)
        guard let reason = Reason(rawValue: tag) else { throw .unknownTag(tag, in: "leave reason") }
        self.init(reason: reason)
    }

    package func encode(into writer: inout WireWriter) { writer.write(reason.rawValue) }
}

/// Shedding a spare link in two steps, so that neither end loses what is in flight (topology, rule 4.3).
package enum Drain: UInt32, Sendable, CaseIterable, WireValue {
    case ask = 0
    case agree = 1
    /// This end has come to need the link.
    case refuse = 2

    package init(from reader: inout WireReader) throws(WireError) {
        let tag = try reader.read(UInt32.self)
        guard let value = Drain(rawValue: tag) else { throw .unknownTag(tag, in: "drain") }
        self = value
    }

    package func encode(into writer: inout WireWriter) { writer.write(rawValue) }
}

/// "Can I be dialled?": a new member asks a neighbour to try (topology, rule 4.7).
package enum DialBack: Sendable, Equatable, WireValue {
    case ask(endpoint: String)
    case answer(reached: Bool)

    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.read(UInt32.self) {
        case 0: self = .ask(endpoint: try reader.readText(limit: Endpoint.maximumLength, in: "endpoint"))
        case 1: self = .answer(reached: try reader.readBool("reached"))
        case let tag: throw .unknownTag(tag, in: "dialBack")
        }
    }

    package func encode(into writer: inout WireWriter) {
        switch self {
        case .ask(let endpoint):
            writer.write(UInt32(0))
            writer.write(text: endpoint)
        case .answer(let reached):
            writer.write(UInt32(1))
            writer.write(reached)
        }
    }
}
