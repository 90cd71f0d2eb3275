import MeshCore

/// A TCP connection between two nodes: two ends, and in each direction frames on their way.
final class Connection {
    struct End {
        let node: Int
        let link: LinkID
        /// The socket exists. An end whose host vanished is gone without a word.
        var exists = false
        /// The core has been told of it.
        var isSecured = false
        /// The core has said that its handshake is complete.
        var isOpen = false
        /// TCP's handshake is over and that of TLS is not.
        var isWaiting: Bool { exists && !isSecured }
    }

    /// What travels: frames, several that were written at once, and the end of the stream.
    enum Item {
        case message(Message)
        case bytes([UInt8])
        case flight([Item])
        case end(LinkFailure)
    }

    struct Direction {
        /// Nothing that is sent later arrives before this.
        var lastArrival: Int64 = 0
        /// The line is busy until then.
        var busyUntil: Int64 = 0
        /// Waits while the direction is blocked: TCP sends it again until it gets through.
        var held: [Item] = []
        var heldBytes = 0
    }

    /// The dialler's end and the acceptor's.
    var ends: [2 of End]
    /// From each end to the other.
    var directions: [2 of Direction] = [Direction(), Direction()]
    /// One way, in ns.
    let latency: Int64
    let since: Int64

    /// Differs for each connection; the exporter of its TLS.
    let channel: Hash

    init(dialler: End, acceptor: End, latency: Int64, since: Int64, channel: Hash) {
        ends = [dialler, acceptor]
        (self.latency, self.since, self.channel) = (latency, since, channel)
    }

    func joins(_ first: Int, _ second: Int) -> Bool {
        (ends[0].node, ends[1].node) == (first, second) || (ends[0].node, ends[1].node) == (second, first)
    }

    var isOpen: Bool { ends[0].isOpen && ends[1].isOpen && ends[0].exists && ends[1].exists }
}
