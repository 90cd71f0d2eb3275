extension StateEntry: WireValue {
    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.read(UInt32.self) {
        case 0: self = .genesis(try Signed(from: &reader))
        case 1: self = .openNetwork(name: try reader.readText(limit: WireLimits.name, in: "network name"))
        case 2: self = .operation(try Operation(from: &reader))
        case 3: self = .endpoint(try reader.readKey(), try Self.readEndpoint(from: &reader))
        case 4: self = .seedKey(try Self.readEndpoint(from: &reader), try reader.readKey())
        case 5: self = .life(try reader.readSequence("life"))
        case 6: self = .nick(try reader.readText(limit: WireLimits.nick, in: "nick"))
        case 7: self = .seen(try reader.readKey())
        case 8: self = .forgotten
        case 9:
            self = .memberNick(try reader.readKey(), try reader.readText(limit: WireLimits.nick, in: "nick"))
        case let tag: throw .unknownTag(tag, in: "state entry")
        }
    }

    package func encode(into writer: inout WireWriter) {
        switch self {
        case .genesis(let signed):
            writer.write(UInt32(0))
            writer.write(signed)
        case .openNetwork(let name):
            writer.write(UInt32(1))
            writer.write(text: name)
        case .operation(let operation):
            writer.write(UInt32(2))
            writer.write(operation)
        case .endpoint(let member, let endpoint):
            writer.write(UInt32(3))
            writer.write(member)
            writer.write(text: endpoint.description)
        case .seedKey(let endpoint, let key):
            writer.write(UInt32(4))
            writer.write(text: endpoint.description)
            writer.write(key)
        case .life(let life):
            writer.write(UInt32(5))
            writer.write(life)
        case .nick(let nick):
            writer.write(UInt32(6))
            writer.write(text: nick)
        case .seen(let member):
            writer.write(UInt32(7))
            writer.write(member)
        case .forgotten: writer.write(UInt32(8))
        case .memberNick(let member, let nick):
            writer.write(UInt32(9))
            writer.write(member)
            writer.write(text: nick)
        }
    }

    private static func readEndpoint(from reader: inout WireReader) throws(WireError) -> Endpoint {
        guard let endpoint = Endpoint(try reader.readText(limit: Endpoint.maximumLength, in: "endpoint"))
        else { throw .invalid("endpoint") }
        return endpoint
    }
}
