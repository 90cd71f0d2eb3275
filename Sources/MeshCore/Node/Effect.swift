/// Everything a node can ask of the world. Performed in order by whoever drives the core.
package enum Effect: Sendable, Equatable {
    /// Open a TCP connection and secure it; the answer is `linkUp` or `linkDown`. With `expected`, another key in
    /// the certificate is a failure (TLS only; in clear mode HELLO decides).
    case dial(LinkID, Endpoint, expected: NodeID?)
    case send(LinkID, Message)
    /// The handshake is complete: raise the frame limit from 4 KiB to 1 MiB, free the half-open place.
    case open(LinkID)
    /// Write out what is queued (for at most a second), then close.
    case close(LinkID, CloseReason)
    case datagram([UInt8], to: DatagramDestination)
    /// Indirect, as it is rare and would make every effect 232 bytes long.
    indirect case emit(MeshEvent)
    case answer(CommandID, Answer)
    /// Store these entries, in order, all or none, before answering `persisted`.
    case persist(PersistID, [StateEntry])
    /// Store these changes of messages and prekeys, in order, all or none, before answering `persisted`. Only with
    /// `NodeConfiguration.isDurable`.
    case store(PersistID, [StoreEntry])
    /// Answer `found` with those of these messages that the store has.
    case find(PersistID, StoreQuery)
    /// The node has said goodbye; the driver closes everything.
    case stopped
}

package enum DatagramDestination: Sendable, Equatable {
    /// The broadcast address of every subnet of this machine, at the discovery port.
    case broadcast
    case endpoint(Endpoint)
}

/// Why this node closes a link: for the log and the `linkDown` event.
package enum CloseReason: String, Sendable, Equatable {
    case rejected, badIdentity, handshakeTimeout, malformedFrame, protocolViolation
    case closedByPeer, noLongerMember, duplicate, shed, silent, refusedByRule, quit, replaced, offered

    /// The peer has done what no honest node does.
    var isOffence: Bool { self == .badIdentity || self == .malformedFrame || self == .protocolViolation }
}
