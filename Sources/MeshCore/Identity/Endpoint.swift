/// Where a node can be dialled: a host name or address, and a TCP port.
public struct Endpoint: Hashable, Sendable {
    public let host: String
    public let port: UInt16

    /// The longest text accepted from anywhere: a DNS name has at most 253 bytes.
    package static let maximumLength = 262

    public init(host: String, port: UInt16) {
        (self.host, self.port) = (host, port)
    }

    /// From `host:port` or `[v6]:port`; nil for anything else, for port 0, and for bytes outside printable ASCII
    /// (international names come in their ASCII form).
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= Self.maximumLength, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let colon = text.lastIndex(of: ":"),
            text[text.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(text[text.index(after: colon)...]), port != 0
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }
}

extension Endpoint: CustomStringConvertible {
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// `[KEY@]host:port`: somebody to dial first, and the key that must answer there if it is known.
public struct SeedPeer: Hashable, Sendable, CustomStringConvertible {
    public let key: NodeID?
    public let endpoint: Endpoint

    public init(key: NodeID?, endpoint: Endpoint) {
        (self.key, self.endpoint) = (key, endpoint)
    }

    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let last = parts.last, let endpoint = Endpoint(last) else { return nil }
        if parts.count == 2 {
            guard let key = NodeID(hex: parts[0]) else { return nil }
            self.init(key: key, endpoint: endpoint)
        } else {
            self.init(key: nil, endpoint: endpoint)
        }
    }

    public var description: String { (key.map { "\($0.hex)@" } ?? "") + endpoint.description }
}
