/// One TCP connection, from the moment it is dialled or accepted. Never reused within a run.
///
/// Dials are numbered by the core, accepted connections by the driver with the top bit set.
package struct LinkID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    /// The `number`-th connection accepted by a driver.
    package static func accepted(_ number: UInt64) -> LinkID { LinkID(number | 1 << 63) }

    package var isAccepted: Bool { value >> 63 == 1 }
    package static func < (left: LinkID, right: LinkID) -> Bool { left.value < right.value }
    package var description: String { isAccepted ? "in\(value & ~(1 << 63))" : "out\(value)" }
}

/// Ties an answer to its command.
package struct CommandID: Hashable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
}

/// Ties `persisted` to its `persist` or `store`, and `found` to its `find`.
package struct PersistID: Hashable, Comparable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
    package static func < (left: PersistID, right: PersistID) -> Bool { left.value < right.value }
}

/// Everything that can happen to a node. Plain values, so that any run can be recorded and replayed.
package enum Input: Sendable, Equatable {
    /// The node's sockets are open; sent once, first. Carries what the listener is bound to and the addresses at
    /// which others may reach it, best first (advertised ones before guessed ones).
    case started(listening: Endpoint, reachable: [Endpoint])
    /// Somebody who holds the `MeshNode` wants something.
    case command(CommandID, Command)
    /// A connection is up and secured (TLS done, or both CLEAR prefaces exchanged); nothing is known of the peer but
    /// what `info` says. The HELLO comes next.
    indirect case linkUp(LinkID, LinkInfo)
    /// One decoded frame.
    case message(LinkID, Message)
    /// A frame that could not be decoded; the core counts it and closes the link.
    case malformed(LinkID, WireError)
    /// The connection is gone, or a dial has failed. The last input with this id.
    case linkDown(LinkID, LinkFailure)
    /// A discovery datagram from an address on an own subnet.
    case datagram([UInt8], from: Endpoint)
    /// What `persist` handed over is on disk.
    case persisted(PersistID)
    /// What `persist` handed over could not be stored, and why.
    case persistFailed(PersistID, String)
    /// What `find` asked for; nothing, if it could not be read.
    case found(PersistID, [StoredMessage])
    /// `nextDeadline` has come.
    case deadline
}

/// What the transport knows of a secured connection.
package struct LinkInfo: Sendable, Equatable {
    package enum Role: Sendable, Equatable { case dialler, acceptor }

    package let role: Role
    /// The peer's socket address; for a dial, the address as it was dialled.
    package let remote: Endpoint
    /// "TLSv1.3", or nil in clear mode.
    package let tls: String?
    /// The key in the peer's certificate, proven by TLS; nil in clear mode.
    package let certificateKey: NodeID?
    /// Fresh on both ends and equal on both ends of this connection only: the TLS exporter, or the hash of both
    /// CLEAR nonces.
    package let channel: Hash
    /// When the TCP connection came up; the handshake has 5 s from here.
    package let since: Instant

    package init(
        role: Role, remote: Endpoint, tls: String?, certificateKey: NodeID?, channel: Hash, since: Instant
    ) {
        (self.role, self.remote, self.tls) = (role, remote, tls)
        (self.certificateKey, self.channel, self.since) = (certificateKey, channel, since)
    }
}

/// Why a connection ended or never came up, as far as the transport can tell.
package enum LinkFailure: Error, Sendable, Equatable {
    /// The peer closed it.
    case closed
    /// This node closed it (by `close`).
    case closedByUs
    /// No TCP connection: refused, no route, name not found; in words.
    case unreachable(String)
    /// TCP came up too late, or the connection was not secured within 5 s.
    case timeout
    /// Reset, or another error of the socket; in words.
    case broken(String)
    /// The peer expects TLS, and this node speaks clear text.
    case tlsExpected
    /// The peer expects clear text, and this node speaks TLS.
    case clearExpected
    /// The peer's certificate was refused; in words.
    case badCertificate(String)
    /// The peer refused ours, or the TLS handshake failed otherwise; in words.
    case handshakeFailed(String)
    /// The key at this address is not the expected one.
    case unexpectedKey(NodeID)
    /// A frame header announced more than is allowed.
    case frameTooLong(length: Int, limit: Int)
    /// The peer does not read: the bounded send queue is full.
    case queueFull
}

extension LinkFailure {
    /// One word, for counters.
    package var name: String {
        switch self {
        case .closed: "closed"
        case .closedByUs: "closedByUs"
        case .unreachable: "unreachable"
        case .timeout: "timeout"
        case .broken: "broken"
        case .tlsExpected: "tlsExpected"
        case .clearExpected: "clearExpected"
        case .badCertificate: "badCertificate"
        case .handshakeFailed: "handshakeFailed"
        case .unexpectedKey: "unexpectedKey"
        case .frameTooLong: "frameTooLong"
        case .queueFull: "queueFull"
        }
    }

    /// For people.
    package var sentence: String {
        switch self {
        case .closed: "closed by the other end"
        case .closedByUs: "closed here"
        case .unreachable(let why): why
        case .timeout: "no answer in time"
        case .broken(let why): why
        case .tlsExpected: "the other end speaks TLS, this node clear text"
        case .clearExpected: "the other end speaks clear text, this node TLS"
        case .badCertificate(let why): "its certificate is refused: \(why)"
        case .handshakeFailed(let why): "the TLS handshake failed: \(why)"
        case .unexpectedKey(let key): "another key answers there: \(key.hex)"
        case .frameTooLong(let length, let limit): "it announced a frame of \(length) bytes, the limit is \(limit)"
        case .queueFull: "it does not read what is sent"
        }
    }
}
