/// The keys of records and the form of their values.
package enum RecordKey {
    package static let address = "address"
    package static let nick = "nick"
    package static let links = "links"
    package static let prekeys = "prekeys"
}

/// Where a member can be dialled, best first. Empty: nowhere.
package struct AddressValue: Sendable, Equatable, WireValue {
    package var endpoints: [String]

    package init(endpoints: [String]) { self.endpoints = endpoints }

    package init(from reader: inout WireReader) throws(WireError) {
        let count = try reader.readCount(limit: WireLimits.endpoints, itemSize: 8, in: "endpoints")
        endpoints = []
        for _ in 0..<count {
            endpoints.append(try reader.readText(limit: Endpoint.maximumLength, in: "endpoint"))
        }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(UInt64(endpoints.count))
        for endpoint in endpoints { writer.write(text: endpoint) }
    }
}

/// A member's own links, as it sees them: one half of every edge (topology, 3).
package struct LinksValue: Sendable, Equatable, WireValue {
    /// Has this member been dialled with success?
    package enum Inbound: UInt8, Sendable { case unknown = 0, yes = 1, no = 2 }

    package struct Link: Sendable, Equatable, WireValue {
        package var peer: NodeID
        /// This member counts on the link as ring neighbour or relay.
        package var isNeeded: Bool

        package init(peer: NodeID, isNeeded: Bool) { (self.peer, self.isNeeded) = (peer, isNeeded) }

        package init(from reader: inout WireReader) throws(WireError) {
            peer = try reader.readKey()
            let flags = try reader.read(UInt8.self)
            guard flags <= 1 else { throw .unknownTag(UInt32(flags), in: "link flags") }
            isNeeded = flags == 1
        }

        package func encode(into writer: inout WireWriter) {
            writer.write(peer)
            writer.write(isNeeded ? UInt8(1) : 0)
        }
    }

    package var inbound: Inbound
    /// This member's maxDegree: others must know whether it has a free slot.
    package var wanted: UInt8
    package var links: [Link]

    package init(inbound: Inbound, wanted: UInt8, links: [Link]) {
        (self.inbound, self.wanted, self.links) = (inbound, wanted, links)
    }

    package init(from reader: inout WireReader) throws(WireError) {
        let tag = try reader.read(UInt8.self)
        guard let inbound = Inbound(rawValue: tag) else { throw .unknownTag(UInt32(tag), in: "inbound") }
        self.inbound = inbound
        wanted = try reader.read()
        links = try reader.readSorted(limit: WireLimits.links, itemSize: 33, in: "links") { $0.peer }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(inbound.rawValue)
        writer.write(wanted)
        writer.write(list: links)
    }
}

/// The X25519 keys to which messages for a member are sealed at present.
package struct PrekeysValue: Sendable, Equatable, WireValue {
    package enum Class: UInt8, Sendable, Comparable {
        case fast = 1, slow = 2
        package static func < (left: Class, right: Class) -> Bool { left.rawValue < right.rawValue }
    }

    package struct Prekey: Sendable, Hashable, WireValue {
        package var rotation: Class
        package var publicKey: Bytes32
        /// ms since 1970
        package var notBefore: UInt64
        package var notAfter: UInt64

        package init(rotation: Class, publicKey: Bytes32, notBefore: UInt64, notAfter: UInt64) {
            (self.rotation, self.publicKey, self.notBefore, self.notAfter) = (
                rotation, publicKey, notBefore, notAfter
            )
        }

        package init(from reader: inout WireReader) throws(WireError) {
            let tag = try reader.read(UInt8.self)
            guard let rotation = Class(rawValue: tag) else { throw .unknownTag(UInt32(tag), in: "prekey class") }
            self.init(
                rotation: rotation, publicKey: try reader.readBytes32(), notBefore: try reader.read(),
                notAfter: try reader.read())
            // At most 8 days in force, so the replay of an old record to a new node ends by itself.
            guard notAfter >= notBefore, notAfter - notBefore <= 8 * 86_400_000 else { throw .invalid("prekey life") }
        }

        package func encode(into writer: inout WireWriter) {
            writer.write(rotation.rawValue)
            writer.write(publicKey)
            writer.write(notBefore)
            writer.write(notAfter)
        }
    }

    /// Sorted by class, then key.
    package var prekeys: [Prekey]

    package init(prekeys: [Prekey]) { self.prekeys = prekeys }

    package init(from reader: inout WireReader) throws(WireError) {
        prekeys = try reader.readList(limit: WireLimits.prekeys, itemSize: 49, in: "prekeys")
        for index in prekeys.indices.dropFirst() where !Self.areInOrder(prekeys[index - 1], prekeys[index]) {
            throw .unsorted("prekeys")
        }
    }

    package func encode(into writer: inout WireWriter) { writer.write(list: prekeys) }

    package static func areInOrder(_ left: Prekey, _ right: Prekey) -> Bool {
        (left.rotation, left.publicKey) < (right.rotation, right.publicKey)
    }
}
