import MeshCore

/// What the queue of a ``World`` holds.
enum WorldEvent {
    /// A node's deadline may have come.
    case wake(Int)
    /// An input that needs no network: `persisted`, the end of an own link.
    case input(Int, life: Int, Input)
    /// What a node asked to be stored is on disk.
    case stored(Int, life: Int, [StateEntry], PersistID)
    /// The same for messages and prekeys.
    case kept(Int, life: Int, [StoreEntry], PersistID)
    /// Something arrives at one end of a connection.
    case arrival(connection: Int, side: Int, Connection.Item)
    /// A SYN arrives.
    case knock(Dialling)
    /// TCP and TLS are done as the dialler sees it, and, half a round trip later, the acceptor.
    case established(connection: Int, side: Int)
    /// Whoever has not seen the connection secured by now gives it up.
    case expired(connection: Int)
    case datagram(Int, [UInt8], from: Endpoint)
    case fault(Fault)
    /// A fault of a plan, void when a later plan counts.
    case planned(Fault, plan: Int)
    /// A misbehaving node acts.
    case mischief(Int, life: Int)
    /// A chat message is due.
    case send(Int, to: Int?)
    case resume(Int, life: Int)
    case mendClog(Int, Int)

    struct Dialling {
        let node: Int
        let life: Int
        let link: LinkID
        let target: Int?
        let expected: NodeID?
        let latency: Int64
        let started: Int64
    }
}
